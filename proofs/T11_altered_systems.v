(** T11: altered systems have an energy of the slow states that falls wherever they move. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes.
Open Scope R_scope.

Section Altered.
(** n neurons x and k slow states y; A is n by k, B is k by n, P is k by k. *)
Variables n k : nat.
Variables rho b : vec.
Variables tau a : vec.
Variable lambda : R.
Variables A B P : nat -> nat -> R.
Variable g L : nat -> R -> R.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis tau_pos : forall p, (p < k)%nat -> 0 < tau p.
Hypothesis lambda_pos : 0 < lambda.
Hypothesis primitives : forall i, (i < n)%nat -> primitive_of (L i) (g i).

(** The fast states follow at once: rho x = A y + b. *)
Definition fast (y : vec) : vec := fun i => (sum k (fun q => A i q * y q) + b i) / rho i.

(** The slow flow: tau y' = B g(x) + a - lambda y. *)
Definition slow_force (y : vec) : vec :=
  fun p => sum n (fun i => B p i * g i (fast y i)) + a p - lambda * y p.
Definition slow_solution (y : R -> vec) : Prop := forall t, 0 <= t -> forall p, (p < k)%nat ->
  is_derive (fun s => y s p) t (slow_force (y t) p / tau p).

(** The metric: P is symmetric, and P B = A^T. *)
Hypothesis P_symmetric : forall p q, (p < k)%nat -> (q < k)%nat -> P p q = P q p.
Hypothesis P_metric : forall p i, (p < k)%nat -> (i < n)%nat -> sum k (fun q => P p q * B q i) = A i p.

(** V(y) = 1/2 lambda y^T P y - a^T P y - sum rho_i L_i(x_i) *)
Definition altered_energy (y : vec) : R :=
  lambda / 2 * sum k (fun p => sum k (fun q => P p q * (y p * y q)))
  - sum k (fun p => sum k (fun q => P p q * a q) * y p)
  - sum n (fun i => rho i * L i (fast y i)).

(** T11, the gradient: what multiplies y_p' in dV/dt is the entry p of - P T y'. *)
Lemma altered_gradient y p : (p < k)%nat ->
  lambda * sum k (fun q => P p q * y q) - sum k (fun q => P p q * a q)
    - sum n (fun i => g i (fast y i) * A i p)
  = - sum k (fun q => P p q * slow_force y q).
Proof.
  intro Hp. unfold slow_force.
  rewrite (sum_ext n (fun i => g i (fast y i) * A i p)
    (fun i => sum k (fun q => P p q * (B q i * g i (fast y i))))).
  2: { intros i Hi. rewrite <- (P_metric p i Hp Hi), Rmult_comm, <- sum_scal_r. apply sum_ext. intros; ring. }
  rewrite sum_exchange, <- sum_scal, <- sum_opp, <- !sum_minus. apply sum_ext. intros q Hq.
  rewrite sum_scal. ring.
Qed.

(** T11, the rate: dV/dt = - y'^T P T y' along every solution. *)
Theorem T11_rate (y : R -> vec) t : slow_solution y -> 0 <= t ->
  is_derive (fun s => altered_energy (y s)) t
    (- sum k (fun p => sum k (fun q =>
      P p q * (slow_force (y t) p / tau p * (tau q * (slow_force (y t) q / tau q)))))).
Proof.
  intros Hy Ht. specialize (Hy t Ht). set (v := fun p => slow_force (y t) p / tau p) in *.
  assert (D1 : is_derive (fun s => sum k (fun p => sum k (fun q => P p q * (y s p * y s q)))) t
    (sum k (fun p => sum k (fun q => P p q * (v p * y t q + y t p * v q))))).
  { apply (is_derive_sum k (fun s p => sum k (fun q => P p q * (y s p * y s q)))). intros p Hp.
    apply (is_derive_sum k (fun s q => P p q * (y s p * y s q))). intros q Hq.
    apply (is_derive_scal (fun s => y s p * y s q)).
    apply (is_derive_mult (fun s => y s p) (fun s => y s q)); [now apply Hy|now apply Hy|].
    intros; apply Rmult_comm. }
  assert (D2 : is_derive (fun s => sum k (fun p => sum k (fun q => P p q * a q) * y s p)) t
    (sum k (fun p => sum k (fun q => P p q * a q) * v p))).
  { apply (is_derive_sum k (fun s p => sum k (fun q => P p q * a q) * y s p)). intros p Hp.
    apply (is_derive_scal (fun s => y s p)). now apply Hy. }
  assert (D3 : is_derive (fun s => sum n (fun i => rho i * L i (fast (y s) i))) t
    (sum n (fun i => g i (fast (y t) i) * sum k (fun q => A i q * v q)))).
  { apply (is_derive_sum n (fun s i => rho i * L i (fast (y s) i))). intros i Hi. pose proof (rho_pos i Hi).
    assert (F : is_derive (fun s => fast (y s) i) t (/ rho i * sum k (fun q => A i q * v q))).
    { unfold fast. apply is_derive_ext with (fun s => / rho i * (sum k (fun q => A i q * y s q) + b i)).
      { intro s. unfold Rdiv. apply Rmult_comm. }
      apply (is_derive_scal (fun s => sum k (fun q => A i q * y s q) + b i)).
      evar_last. { apply (is_derive_plus (fun s => sum k (fun q => A i q * y s q)) (fun _ => b i));
        [|apply (is_derive_const (b i))].
        apply (is_derive_sum k (fun s q => A i q * y s q) t (fun q => A i q * v q)). intros q Hq.
        apply (is_derive_scal (fun s => y s q)). now apply Hy. }
      unfold plus, zero; simpl. ring. }
    evar_last. { apply (is_derive_scal (fun s => L i (fast (y s) i)) t (rho i)).
      apply (is_derive_comp (L i) (fun s => fast (y s) i) t _ _ (primitives i Hi (fast (y t) i)) F). }
    unfold scal; simpl. unfold mult; simpl. field. lra. }
  unfold altered_energy. evar_last.
  { apply (is_derive_minus (fun s => lambda / 2 * sum k (fun p => sum k (fun q => P p q * (y s p * y s q)))
      - sum k (fun p => sum k (fun q => P p q * a q) * y s p))
      (fun s => sum n (fun i => rho i * L i (fast (y s) i)))); [|exact D3].
    apply (is_derive_minus (fun s => lambda / 2 * sum k (fun p => sum k (fun q => P p q * (y s p * y s q))))
      (fun s => sum k (fun p => sum k (fun q => P p q * a q) * y s p))); [|exact D2].
    apply (is_derive_scal (fun s => sum k (fun p => sum k (fun q => P p q * (y s p * y s q)))) t
      (lambda / 2)).
    exact D1. }
  unfold minus, plus, opp; simpl.
  assert (E1 : sum k (fun p => sum k (fun q => P p q * (v p * y t q + y t p * v q)))
    = 2 * sum k (fun p => sum k (fun q => P p q * y t q) * v p)).
  { assert (X : sum k (fun p => sum k (fun q => P p q * (y t p * v q)))
      = sum k (fun p => sum k (fun q => P p q * y t q) * v p)).
    { rewrite sum_exchange. apply sum_ext. intros q Hq. rewrite <- sum_scal_r. apply sum_ext. intros p Hp.
      rewrite (P_symmetric p q Hp Hq). ring. }
    replace (2 * sum k (fun p => sum k (fun q => P p q * y t q) * v p))
      with (sum k (fun p => sum k (fun q => P p q * y t q) * v p)
        + sum k (fun p => sum k (fun q => P p q * (y t p * v q)))) by (rewrite X; ring).
    rewrite <- sum_plus. apply sum_ext. intros p Hp. rewrite <- sum_scal_r, <- sum_plus. apply sum_ext.
    intros; ring. }
  assert (E3 : sum n (fun i => g i (fast (y t) i) * sum k (fun q => A i q * v q))
    = sum k (fun p => sum n (fun i => g i (fast (y t) i) * A i p) * v p)).
  { rewrite (sum_ext n _ (fun i => sum k (fun q => g i (fast (y t) i) * (A i q * v q))))
      by (intros; now rewrite sum_scal).
    rewrite sum_exchange. apply sum_ext. intros p Hp. rewrite <- sum_scal_r. apply sum_ext. intros; ring. }
  rewrite E1, E3.
  assert (E : sum k (fun p => sum k (fun q => P p q * (v p * (tau q * v q))))
    = sum k (fun p => sum k (fun q => P p q * slow_force (y t) q) * v p)).
  { apply sum_ext. intros p Hp. rewrite <- sum_scal_r. apply sum_ext. intros q Hq. pose proof (tau_pos q Hq).
    replace (tau q * v q) with (slow_force (y t) q) by (unfold v; field; lra). ring. }
  change (fun p => sum k (fun q => P p q
    * (slow_force (y t) p / tau p * (tau q * (slow_force (y t) q / tau q)))))
    with (fun p => sum k (fun q => P p q * (v p * (tau q * v q)))).
  rewrite E.
  assert (F : sum k (fun p => (lambda * sum k (fun q => P p q * y t q) - sum k (fun q => P p q * a q)
      - sum n (fun i => g i (fast (y t) i) * A i p)) * v p)
    = - sum k (fun p => sum k (fun q => P p q * slow_force (y t) q) * v p)).
  { rewrite <- sum_opp. apply sum_ext. intros p Hp. rewrite altered_gradient by auto. ring. }
  rewrite <- F.
  transitivity (lambda * sum k (fun p => sum k (fun q => P p q * y t q) * v p)
    - sum k (fun p => sum k (fun q => P p q * a q) * v p)
    - sum k (fun p => sum n (fun i => g i (fast (y t) i) * A i p) * v p)); [field|].
  rewrite <- sum_scal, <- !sum_minus. apply sum_ext. intros; ring.
Qed.

(** T11: if sym(TP) is positive definite, V has a negative derivative wherever the slow states move. *)
Theorem T11_descent (y : R -> vec) t : slow_solution y -> 0 <= t ->
  (forall v : vec, (exists p, (p < k)%nat /\ v p <> 0) ->
    0 < sum k (fun p => sum k (fun q => P p q * (v p * (tau q * v q))))) ->
  (exists p, (p < k)%nat /\ slow_force (y t) p <> 0) ->
  exists rate, is_derive (fun s => altered_energy (y s)) t rate /\ rate < 0.
Proof.
  intros Hy Ht Def (p & Hp & F). eexists. split; [now apply T11_rate|].
  assert (0 < sum k (fun p => sum k (fun q =>
    P p q * (slow_force (y t) p / tau p * (tau q * (slow_force (y t) q / tau q)))))); [|lra].
  apply (Def (fun p => slow_force (y t) p / tau p)). exists p. split; [auto|].
  pose proof (tau_pos p Hp). intro Z. apply F. apply (Rmult_eq_reg_r (/ tau p)).
  - rewrite Rmult_0_l. exact Z.
  - apply Rgt_not_eq, Rinv_0_lt_compat. auto.
Qed.

(** The network of which this is the altered system: rho x = (AB/lambda) g(x) + b + A a/lambda. *)
Definition network_rests (x : vec) : Prop := forall i, (i < n)%nat -> rho i * x i =
  sum n (fun j => sum k (fun p => A i p * B p j) / lambda * g j (x j)) + b i
  + sum k (fun p => A i p * a p) / lambda.

(** y = (B g(x) + a)/lambda *)
Definition slow (x : vec) : vec := fun p => (sum n (fun i => B p i * g i (x i)) + a p) / lambda.

(** T11: it has the equilibria of the network, one to one. *)
Theorem T11_equilibria x : network_rests x <-> forall i, (i < n)%nat -> fast (slow x) i = x i.
Proof.
  assert (E : forall i, (i < n)%nat -> rho i * fast (slow x) i =
    sum n (fun j => sum k (fun p => A i p * B p j) / lambda * g j (x j)) + b i
    + sum k (fun p => A i p * a p) / lambda).
  { intros i Hi. pose proof (rho_pos i Hi).
    replace (rho i * fast (slow x) i) with (sum k (fun q => A i q * slow x q) + b i)
      by (unfold fast; field; lra).
    assert (X : sum k (fun q => A i q * slow x q)
      = sum n (fun j => sum k (fun p => A i p * B p j) / lambda * g j (x j))
        + sum k (fun p => A i p * a p) / lambda).
    { rewrite (sum_ext n _ (fun j => sum k (fun p => A i p * B p j * (/ lambda * g j (x j))))).
      2: { intros j Hj. rewrite sum_scal_r. unfold Rdiv. ring. }
      unfold Rdiv. rewrite sum_exchange, <- sum_scal_r, <- sum_plus. apply sum_ext. intros p Hp. unfold slow.
      rewrite (sum_ext n (fun j => A i p * B p j * (/ lambda * g j (x j)))
        (fun j => A i p * / lambda * (B p j * g j (x j)))) by (intros; ring).
      rewrite sum_scal. field. lra. }
    rewrite X. ring. }
  split; intros N i Hi; specialize (N i Hi); specialize (E i Hi); pose proof (rho_pos i Hi).
  - apply (Rmult_eq_reg_l (rho i)); lra.
  - rewrite <- N at 1. lra.
Qed.

(** T11: at rest, the slow states are those of the fast ones. *)
Theorem T11_rest y : (forall p, (p < k)%nat -> slow_force y p = 0) <->
  forall p, (p < k)%nat -> y p = slow (fast y) p.
Proof.
  unfold slow_force, slow. split; intros N p Hp; specialize (N p Hp).
  - apply (Rmult_eq_reg_l lambda); [|lra]. field_simplify; [|lra]. lra.
  - rewrite N. field. lra.
Qed.
End Altered.
