(** T10: bounded activations confine every solution to a box; for ReLU with symmetric weights a strictly
    copositive I - W confines them, and a direction d >= 0 with d^T (I - W) d < 0 makes the energy
    unbounded below. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Gronwall Slopes Activations Model Elementwise Lure T02_elementwise.
Open Scope R_scope.

(** What moves towards a point that is never further than R from c comes to be no further than R from c. *)
Lemma drawn (y v : R -> R) r c R1 t : 0 < r -> 0 <= t ->
  (forall s, 0 <= s <= t -> is_derive y s (r * (v s - y s))) ->
  (forall s, 0 <= s <= t -> Rabs (v s - c) <= R1) ->
  Rabs (y t - c) <= R1 + Rabs (y 0 - c) * exp (- r * t).
Proof.
  intros Hr Ht D B.
  assert (G : forall q, q = 1 \/ q = -1 -> q * (y t - c) <= R1 + Rabs (y 0 - c) * exp (- r * t)).
  { intros q Hq.
    assert (U : q * (y t - c) - R1 <= (q * (y 0 - c) - R1) * exp (- r * t)).
    { apply (gronwall_on (fun s => q * (y s - c) - R1) (fun s => q * (r * (v s - y s)))); auto.
      - intros s Hs. pose proof (D s Hs) as Ds.
        pose proof (is_derive_const (K := R_AbsRing) (V := R_NormedModule) c s) as Dc.
        pose proof (is_derive_const (K := R_AbsRing) (V := R_NormedModule) R1 s) as Dr.
        evar_last.
        + exact (is_derive_minus _ _ _ _ _ (is_derive_scal _ _ q _ (is_derive_minus _ _ _ _ _ Ds Dc)) Dr).
        + unfold minus, plus, opp, zero, scal; simpl. ring.
      - intros s Hs. pose proof (B s Hs) as Bs. apply Rabs_le_between in Bs.
        assert (q * (v s - c) <= R1) by (destruct Hq; subst; lra). nra. }
    pose proof (exp_pos (- r * t)) as E. pose proof (B 0 ltac:(lra)) as B0.
    pose proof (Rabs_pos (v 0 - c)).
    assert (q * (y 0 - c) <= Rabs (y 0 - c)).
    { pose proof (Rle_abs (y 0 - c)). pose proof (Rle_abs (- (y 0 - c))) as A. rewrite Rabs_Ropp in A.
      destruct Hq; subst; lra. }
    nra. }
  pose proof (G 1 (or_introl eq_refl)). pose proof (G (-1) (or_intror eq_refl)). apply Rabs_le. lra.
Qed.

Section Bounded.
Variable n : nat.
Variables tau rho b bound : vec.
Variable W : nat -> nat -> R.
Variable g : nat -> R -> R.
Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
(** |g_j| <= bound_j *)
Hypothesis bounded : forall j u, (j < n)%nat -> Rabs (g j u) <= bound j.

(** T10: the box |rho_i x_i - b_i| <= sum_j |W_ij| sup |g_j| attracts every solution, exponentially. *)
Theorem T10_bounded_drive x t i : solution n (fun i => i) tau rho b W (act g) x -> 0 <= t -> (i < n)%nat ->
  Rabs (rho i * x t i - b i) <= sum n (fun j => Rabs (W i j) * bound j)
    + Rabs (rho i * x 0 i - b i) * exp (- (rho i / tau i) * t).
Proof.
  intros Hx Ht Hi. pose proof (tau_pos i Hi). pose proof (rho_pos i Hi).
  apply (drawn (fun s => rho i * x s i) (fun s => drive n W (act g (x s)) i + b i)); auto.
  - now apply Rdiv_lt_0_compat.
  - intros s (Hs & _). pose proof (proj1 (Hx s Hs i Hi) (tau_pos i Hi)) as D.
    evar_last; [exact (is_derive_scal (fun s => x s i) s (rho i) _ D)|]. unfold force. field. lra.
  - intros s Hs. replace (drive n W (act g (x s)) i + b i - b i) with (drive n W (act g (x s)) i) by ring.
    eapply Rle_trans; [apply sum_abs|]. apply sum_le. intros j Hj. rewrite Rabs_mult.
    apply Rmult_le_compat_l; [apply Rabs_pos|]. now apply bounded.
Qed.
End Bounded.

Section Relu.
(** ReLU neurons with leak 1 and symmetric weights. *)
Variable n : nat.
Variables tau b : vec.
Variable W : nat -> nat -> R.
Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis symmetric : forall i j, (i < n)%nat -> (j < n)%nat -> W i j = W j i.
Notation one := (fun _ : nat => 1%R).
Notation relu := (fun _ : nat => act_relu).
Notation E := (network_energy n one b W relu (fun _ => lag_relu)).
Notation solution := (network_solution n tau one b W relu).

(** d^T (I - W) d *)
Definition copositive_form (u : vec) : R := sum n (fun i => u i * u i)
  - sum n (fun i => sum n (fun j => W i j * u i * u j)).

Lemma relu_nonneg u : 0 <= act_relu u.
Proof. unfold act_relu. apply Rmax_r. Qed.

(** E is 1/2 gamma^T (I - W) gamma - b . gamma *)
Lemma relu_energy (x : vec) : E x = / 2 * copositive_form (fun i => act_relu (x i))
  - sum n (fun i => b i * act_relu (x i)).
Proof.
  set (gamma := fun i => act_relu (x i)). change (fun i => b i * act_relu (x i)) with (fun i => b i * gamma i).
  unfold network_energy, Model.energy, lagrangian, syn, acts_of, copositive_form.
  rewrite (sum_ext n (fun i => (1 * x i - b i) * act_relu (x i)) (fun i => gamma i * gamma i - b i * gamma i)).
  2: { intros i _. unfold gamma, act_relu, Rmax. destruct (Rle_dec (x i) 0); ring. }
  rewrite (sum_ext n (fun i => 1 * lag_relu (x i)) (fun i => / 2 * (gamma i * gamma i))).
  2: { intros i _. unfold gamma, lag_relu, act_relu. ring. }
  rewrite sum_minus, sum_scal. unfold gamma. field.
Qed.

Section Copositive.
(** I - W is strictly copositive. *)
Variable eps : R.
Hypothesis eps_pos : 0 < eps.
Hypothesis copositive : forall u, (forall i, (i < n)%nat -> 0 <= u i) ->
  eps * sum n (fun i => u i * u i) <= copositive_form u.

Lemma energy_from_below x : eps / 4 * sum n (fun i => act_relu (x i) * act_relu (x i))
  - / eps * sum n (fun i => b i * b i) <= E x.
Proof.
  rewrite relu_energy. set (gamma := fun i => act_relu (x i)).
  pose proof (copositive gamma (fun i _ => relu_nonneg (x i))) as C.
  assert (B : sum n (fun i => b i * gamma i)
    <= eps / 4 * sum n (fun i => gamma i * gamma i) + / eps * sum n (fun i => b i * b i)).
  { rewrite <- !sum_scal, <- sum_plus. apply sum_le. intros i _. generalize (b i), (gamma i). intros p q.
    assert (Z : eps / 4 * (q * q) + / eps * (p * p) - p * q = / eps * ((eps / 2 * q - p) * (eps / 2 * q - p)))
      by (field; lra).
    assert (0 <= / eps * ((eps / 2 * q - p) * (eps / 2 * q - p))).
    { apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; lra|apply Rle_0_sqr]. }
    lra. }
  change (eps / 4 * sum n (fun i => gamma i * gamma i) - / eps * sum n (fun i => b i * b i)
    <= / 2 * copositive_form gamma - sum n (fun i => b i * gamma i)). lra.
Qed.

(** T10: E is bounded below, ... *)
Theorem T10_energy_bound x : - (/ eps * sum n (fun i => b i * b i)) <= E x.
Proof.
  pose proof (energy_from_below x) as A.
  assert (0 <= sum n (fun i => act_relu (x i) * act_relu (x i))) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  assert (0 <= eps / 4 * sum n (fun i => act_relu (x i) * act_relu (x i))) by (apply Rmult_le_pos; lra). lra.
Qed.

(** ... and every solution is bounded. *)
Theorem T10_confined x : solution x -> exists M, forall t i, 0 <= t -> (i < n)%nat -> Rabs (x t i) <= M.
Proof.
  intro Hx.
  assert (Desc : forall t, 0 <= t -> E (x t) <= E (x 0)).
  { intros t Ht. apply (T2_elementwise n tau one b one W relu (fun _ => lag_relu)); auto; try (intros; lra).
    - intro i. apply slopes_relu.
    - intro i. apply primitive_relu. }
  set (G := (E (x 0) + / eps * sum n (fun i => b i * b i)) / (eps / 4)).
  assert (HG : forall t i, 0 <= t -> (i < n)%nat -> Rabs (act_relu (x t i)) <= G + 1).
  { intros t i Ht Hi. pose proof (energy_from_below (x t)) as A. pose proof (Desc t Ht) as B.
    assert (N : sum n (fun i => act_relu (x t i) * act_relu (x t i)) <= G).
    { apply (Rmult_le_reg_l (eps / 4)); [lra|].
      replace (eps / 4 * G) with (E (x 0) + / eps * sum n (fun i => b i * b i)) by (unfold G; field; lra). lra. }
    pose proof (sum_term n (fun i => act_relu (x t i) * act_relu (x t i)) i) as T. cbv beta in T.
    specialize (T (fun j _ => Rle_0_sqr _) Hi). rewrite Rabs_pos_eq by apply relu_nonneg.
    pose proof (relu_nonneg (x t i)). nra. }
  set (D := sum n (fun i => sum n (fun j => Rabs (W i j)) * Rabs (G + 1) + Rabs (b i))).
  destruct (bounded_family n (x 0)) as (M0 & HM0 & KM0).
  exists (D + M0). intros t i Ht Hi. pose proof (tau_pos i Hi).
  assert (Row : 0 <= sum n (fun j => Rabs (W i j))) by (apply sum_nonneg; intros; apply Rabs_pos).
  assert (B : Rabs (x t i - 0) <= D + Rabs (x 0 i - 0) * exp (- (/ tau i) * t)).
  { apply (drawn (fun s => x s i) (fun s => sum n (fun j => W i j * act_relu (x s j)) + b i)); auto.
    - now apply Rinv_0_lt_compat.
    - intros s (Hs & _). evar_last; [exact (Hx s Hs i Hi)|]. unfold Model.force, dsyn, acts_of. field. lra.
    - intros s (Hs & _). rewrite Rminus_0_r. eapply Rle_trans; [apply Rabs_triang|].
      apply Rle_trans with (sum n (fun j => Rabs (W i j)) * Rabs (G + 1) + Rabs (b i)).
      + apply Rplus_le_compat_r. eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal_r. apply sum_le.
        intros j Hj. rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|].
        apply Rle_trans with (1 := HG s j Hs Hj), Rle_abs.
      + apply (sum_term n (fun i => sum n (fun j => Rabs (W i j)) * Rabs (G + 1) + Rabs (b i))); auto.
        intros j _. apply Rplus_le_le_0_compat; [|apply Rabs_pos]. apply Rmult_le_pos; [|apply Rabs_pos].
        apply sum_nonneg; intros; apply Rabs_pos. }
  rewrite !Rminus_0_r in B. apply Rle_trans with (1 := B). apply Rplus_le_compat_l.
  pose proof (KM0 i Hi). pose proof (Rabs_pos (x 0 i)).
  assert (Ee : exp (- / tau i * t) <= 1).
  { rewrite <- exp_0. assert (0 <= / tau i * t) by (apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat|]; lra).
    destruct (Req_dec (- / tau i * t) 0) as [->|N]; [lra|]. apply Rlt_le, exp_increasing. lra. }
  pose proof (exp_pos (- / tau i * t)). nra.
Qed.
End Copositive.

(** T10: if d^T (I - W) d < 0 for some d >= 0, E is unbounded below. *)
Theorem T10_unbounded d : (forall i, (i < n)%nat -> 0 <= d i) -> copositive_form d < 0 ->
  forall M, exists x, E x < M.
Proof.
  intros Hd H M. set (q := copositive_form d) in *. set (p := sum n (fun i => b i * d i)).
  (* E(s d) = 1/2 q s^2 - p s *)
  assert (Es : forall s, 0 <= s -> E (fun i => s * d i) = / 2 * (s * s) * q - s * p).
  { intros s Hs. rewrite relu_energy.
    assert (A : forall i, (i < n)%nat -> act_relu (s * d i) = s * d i).
    { intros i Hi. unfold act_relu. apply Rmax_left. apply Rmult_le_pos; auto. }
    unfold copositive_form.
    rewrite (sum_ext n (fun i => act_relu (s * d i) * act_relu (s * d i)) (fun i => s * s * (d i * d i)))
      by (intros i Hi; rewrite (A i Hi); ring).
    rewrite (sum_ext n (fun i => sum n (fun j => W i j * act_relu (s * d i) * act_relu (s * d j)))
      (fun i => s * s * sum n (fun j => W i j * d i * d j))).
    2: { intros i Hi. rewrite <- sum_scal. apply sum_ext. intros j Hj. rewrite (A i Hi), (A j Hj). ring. }
    rewrite (sum_ext n (fun i => b i * act_relu (s * d i)) (fun i => s * (b i * d i)))
      by (intros i Hi; rewrite (A i Hi); ring).
    rewrite !sum_scal. unfold q, copositive_form, p. ring. }
  set (s := 1 + 2 * (Rabs p + Rabs M + 1) / - q).
  assert (Hs : 1 <= s /\ Rabs p + Rabs M + 1 <= s * (- q / 2)).
  { pose proof (Rabs_pos p). pose proof (Rabs_pos M).
    assert (P : 0 < 2 * (Rabs p + Rabs M + 1) / - q) by (apply Rdiv_lt_0_compat; lra).
    split; [unfold s; lra|]. unfold s.
    replace ((1 + 2 * (Rabs p + Rabs M + 1) / - q) * (- q / 2)) with (- q / 2 + (Rabs p + Rabs M + 1)) by (field; lra).
    lra. }
  exists (fun i => s * d i). rewrite Es by lra.
  pose proof (Rle_abs (- p)) as A1. rewrite Rabs_Ropp in A1. pose proof (Rle_abs (- M)) as A2.
  rewrite Rabs_Ropp in A2. pose proof (Rabs_pos M). pose proof (Rabs_pos p). nra.
Qed.
End Relu.
