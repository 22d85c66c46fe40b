(** The model of docs/theory.md: n neurons with times tau, leaks rho > 0, bias b,
  an activation g that is
    the gradient of a Lagrangian, and a synaptic energy S with gradient dS.
      Lw is the sum of rho_l L_l
    over the layers; its gradient is rho_i g_i. A state is a function nat -> R, of which the first n
    values count. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums.
Open Scope R_scope.

Section Model.
Variable n : nat.
Variables tau rho b : vec.
Variable g : vec -> vec.
Variable Lw : vec -> R.
Variable S : vec -> R.
Variable dS : vec -> vec.

Definition dist (x y : vec) : R := sum n (fun i => Rabs (y i - x i)).
Definition agree (x y : vec) : Prop := forall i, (i < n)%nat -> x i = y i.

(** F is differentiable with gradient dF, in the usual sense (Frechet) *)
Definition gradient (F : vec -> R) (dF : vec -> vec) : Prop := forall x eps, 0 < eps ->
  exists delta, 0 < delta /\
  forall y, dist x y <= delta -> Rabs (F y - F x - sum n (fun i => dF x i * (y i - x i)))
    <= eps * dist x y.

(** convexity of a differentiable function: it lies above its tangents *)
Definition convex (F : vec -> R) (dF : vec -> vec) : Prop := forall x y,
  sum n (fun i => dF x i * (y i - x i)) <= F y - F x.

Definition energy (x : vec) : R := sum n (fun i => (rho i * x i - b i) * g x i) - Lw x + S (g x).

(** the right-hand side of the flow tau x' = b - rho x - grad S(g(x)) *)
Definition force (x : vec) : vec := fun i => b i - rho i * x i - dS (g x) i.

(** a solution for t >= 0 (continued to t < 0 by its tangent,
  so that two-sided derivatives make sense at 0) *)
Definition solution (x : R -> vec) : Prop := forall t, 0 <= t -> forall i, (i < n)%nat ->
  is_derive (fun s => x s i) t (force (x t) i / tau i).

Definition equilibrium (x : vec) : Prop := forall i, (i < n)%nat -> force x i = 0.

(** the premise of T2 on time constants, and what implies it *)
Definition timed_monotone : Prop := forall x y,
  0 <= sum n (fun i => tau i * ((g y i - g x i) * (y i - x i))).

Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.

(** g is locally Lipschitz, as T2 asks where no Hessian exists *)
Definition locally_lipschitz : Prop := forall x, exists K delta, 0 <= K /\ 0 < delta /\
  forall y, dist x y <= delta -> dist (g x) (g y) <= K * dist x y.

(** The flat region F(gamma): all states whose activation is gamma *)
Definition fibre (gamma : vec) (x : vec) : Prop := agree (g x) gamma.

(** The point of the segment from x to y that s, between 0 and 1, points to *)
Definition between (s : R) (x y : vec) : vec := fun i => x i + s * (y i - x i).

(** ** Premises *)

Lemma timed_elementwise (gi : nat -> R -> R) : (forall x i, g x i = gi i (x i)) ->
  (forall i u v, u <= v -> gi i u <= gi i v) -> timed_monotone.
Proof.
  intros Hg Hm x y. apply sum_nonneg. intros i Hi. rewrite !Hg.
  assert (0 <= (gi i (y i) - gi i (x i)) * (y i - x i)).
  { destruct (Rle_dec (x i) (y i)) as [Q|Q]; [pose proof (Hm i _ _ Q); nra|].
    assert (Q' : y i <= x i) by lra. pose proof (Hm i _ _ Q'). nra. }
  pose proof (tau_pos i Hi). nra.
Qed.

(** one time constant in each layer, each layer with a monotone activation *)
Lemma timed_layers (k : nat) (lay : nat -> nat) (tl : vec) :
  (forall i, (i < n)%nat -> (lay i < k)%nat) -> (forall i, (i < n)%nat -> tau i = tl (lay i)) ->
  (forall l, (l < k)%nat -> 0 <= tl l) ->
  (forall l x y, (l < k)%nat -> 0 <= sum n (fun i => if Nat.eqb (lay i) l then (g y i
    - g x i) * (y i - x i) else 0)) ->
  timed_monotone.
Proof.
  intros H1 H2 H3 H4 x y. rewrite (sum_classes n k lay) by auto. apply sum_nonneg. intros l Hl.
  replace (sum n _) with (tl l * sum n (fun i => if Nat.eqb (lay i) l then (g y i - g x i) * (y i
    - x i) else 0)).
  { apply Rmult_le_pos; auto. }
  rewrite <- sum_scal. apply sum_ext. intros i Hi.
    destruct (Nat.eqb_spec (lay i) l) as [E|E]; [|ring].
  rewrite (H2 i Hi), E. ring.
Qed.

(** the gradient of a convex function is monotone *)
Lemma convex_monotone F dF : convex F dF -> forall x y, 0
  <= sum n (fun i => (dF y i - dF x i) * (y i - x i)).
Proof.
  intros H x y. pose proof (H x y) as A. pose proof (H y x) as B.
  assert (E : sum n (fun i => dF y i * (x i - y i)) = - sum n (fun i => dF y i * (y i - x i)))
    by (rewrite <- sum_opp; apply sum_ext; intros; ring).
  rewrite E in B. replace (sum n _) with (sum n (fun i => dF y i * (y i - x i))
    - sum n (fun i => dF x i * (y i - x i))).
  lra. rewrite <- sum_minus. apply sum_ext; intros; ring.
Qed.

Lemma dist_nonneg x y : 0 <= dist x y.
Proof. apply sum_nonneg. intros; apply Rabs_pos. Qed.

Lemma dist_agree x y : agree x y -> dist x y = 0.
Proof. intro H. unfold dist. rewrite <- (sum_zero n). apply sum_ext. intros i Hi.
  rewrite (H i Hi), Rminus_eq_0. apply Rabs_R0. Qed.

Lemma dist_component x y i : (i < n)%nat -> Rabs (y i - x i) <= dist x y.
Proof. intro Hi. apply (sum_term n (fun i => Rabs (y i - x i))); auto. intros; apply Rabs_pos. Qed.

Lemma gradient_agree F dF x y : gradient F dF -> agree x y -> F x = F y.
Proof.
  intros G A. destruct (G x 1 Rlt_0_1) as (d & Hd & H). pose proof (dist_agree x y A) as D.
  specialize (H y). rewrite D in H. specialize (H (Rlt_le _ _ Hd)).
  assert (E : sum n (fun i => dF x i * (y i - x i)) = 0).
  { rewrite <- (sum_zero n). apply sum_ext. intros i Hi. rewrite (A i Hi). ring. }
  rewrite E, Rmult_0_r in H. pose proof (Rabs_pos (F y - F x - 0)).
  assert (K : Rabs (F y - F x - 0) = 0) by lra. apply Rabs_eq_0 in K. lra.
Qed.

(** ** The chain rule along a curve *)

(** how far a differentiable curve moves *)
Lemma curve_speed (x : R -> vec) t v : (forall i, (i < n)%nat ->
  is_derive (fun s => x s i) t (v i)) ->
  exists delta, 0 < delta /\ forall h, Rabs h < delta ->
    dist (x t) (x (t + h)) <= (sum n (fun i => Rabs (v i)) + 1) * Rabs h.
Proof.
  intro D.
  assert (P : forall eps, 0 < eps -> exists delta, 0 < delta /\ forall h, Rabs h < delta ->
     forall i, (i < n)%nat -> Rabs (x (t + h) i - x t i - h * v i) <= eps * Rabs h).
  { intros eps He. clear - D He. induction n as [|m IH].
    - exists 1. split; [lra|]. intros; lia.
    - destruct IH as (d1 & H1 & K1). { intros; apply D; lia. }
      destruct (proj1 (is_derive_Reals _ _ _) (D m (Nat.lt_succ_diag_r m)) eps He) as (d2 & K2).
      exists (Rmin d1 d2). split; [apply Rmin_pos; auto; apply cond_pos|].
      intros h Hh i Hi. assert (Rabs h < d1 /\ Rabs h < d2) as [A B].
      { pose proof (Rmin_l d1 d2). pose proof (Rmin_r d1 d2). lra. }
      destruct (Nat.eq_dec i m) as [->|Hne]; [|apply K1; auto; lia].
      destruct (Req_dec h 0) as [->|Hz].
      { rewrite Rplus_0_r, Rmult_0_l, Rabs_R0, Rmult_0_r, Rminus_eq_0, Rminus_0_r, Rabs_R0. lra. }
      specialize (K2 h Hz B).
      replace (x (t + h) m - x t m - h * v m) with (h * ((x (t + h) m - x t m) / h - v m))
        by (field; auto).
      rewrite Rabs_mult, Rmult_comm. apply Rmult_le_compat_r; [apply Rabs_pos|lra]. }
  destruct (P (/ (INR n + 1))) as (d & Hd & K). { apply Rinv_0_lt_compat. pose proof (pos_INR n).
    lra. }
  exists d. split; auto. intros h Hh. specialize (K h Hh).
  pose proof (pos_INR n) as Pn.
  apply Rle_trans with (sum n (fun i => Rabs h * Rabs (v i) + / (INR n + 1) * Rabs h)).
  - apply sum_le. intros i Hi. specialize (K i Hi).
    replace (x (t + h) i - x t i) with (h * v i + (x (t + h) i - x t i - h * v i)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult. lra.
  - rewrite sum_plus, sum_scal.
    assert (E : forall c, sum n (fun _ => c) = INR n * c).
    { intro c. clear. induction n as [|m IH]; [simpl; lra|]. rewrite S_INR. simpl sum. rewrite IH.
      ring. }
    rewrite E. assert (INR n * / (INR n + 1) <= 1).
    { apply (Rmult_le_reg_r (INR n + 1)); [lra|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    pose proof (Rabs_pos h). nra.
Qed.

Lemma chain F dF (x : R -> vec) t v : gradient F dF -> (forall i, (i < n)%nat ->
  is_derive (fun s => x s i) t (v i)) ->
  is_derive (fun s => F (x s)) t (sum n (fun i => dF (x t) i * v i)).
Proof.
  intros G D. apply is_derive_Reals. intros eps He.
  destruct (curve_speed x t v D) as (d1 & Hd1 & K1).
  set (V := sum n (fun i => Rabs (v i)) + 1) in *.
  assert (HV : 1 <= V). { unfold V. assert (0 <= sum n (fun i => Rabs (v i))) by (apply sum_nonneg;
    intros; apply Rabs_pos). lra. }
  destruct (G (x t) (eps / 2 / V)) as (d2 & Hd2 & K2). { apply Rdiv_lt_0_compat; lra. }
  (* the linear part *)
  assert (DL : is_derive (fun s => sum n (fun i => dF (x t) i * x s i)) t (sum n (fun i => dF (x t)
    i * v i))).
  { apply (is_derive_sum n (fun s i => dF (x t) i * x s i)). intros i Hi.
    apply (is_derive_scal (fun s => x s i)). auto. }
  assert (He4 : 0 < eps / 2) by lra.
  destruct (proj1 (is_derive_Reals _ _ _) DL (eps / 2) He4) as (d3 & K3).
  assert (Hd : 0 < Rmin (Rmin d1 (d2 / V)) d3).
  { apply Rmin_pos; [apply Rmin_pos; auto; apply Rdiv_lt_0_compat; lra|apply cond_pos]. }
  exists (mkposreal _ Hd). intros h Hz Hh. simpl in Hh.
  assert (Rabs h < d1 /\ Rabs h < d2 / V /\ Rabs h < d3) as (A1 & A2 & A3).
  { pose proof (Rmin_l (Rmin d1 (d2 / V)) d3). pose proof (Rmin_r (Rmin d1 (d2 / V)) d3).
    pose proof (Rmin_l d1 (d2 / V)). pose proof (Rmin_r d1 (d2 / V)). lra. }
  specialize (K1 h A1). specialize (K3 h Hz A3). specialize (K2 (x (t + h))).
  assert (B : dist (x t) (x (t + h)) <= d2).
  { apply Rle_trans with (1 := K1). apply (Rmult_lt_compat_l V) in A2; [|lra].
    replace (V * (d2 / V)) with d2 in A2 by (field; lra). lra. }
  specialize (K2 B). rewrite <- sum_minus in K3.
  set (lin := sum n (fun i => dF (x t) i * (x (t + h) i - x t i))) in *.
  assert (EL : sum n (fun i => dF (x t) i * x (t + h) i - dF (x t) i * x t i) = lin)
    by (apply sum_ext; intros; ring).
  rewrite EL in K3.
  replace ((F (x (t + h)) - F (x t)) / h - sum n (fun i => dF (x t) i * v i))
    with ((F (x (t + h)) - F (x t) - lin) / h + (lin / h - sum n (fun i => dF (x t) i * v i)))
      by (field; auto).
  eapply Rle_lt_trans; [apply Rabs_triang|].
  assert (Rabs ((F (x (t + h)) - F (x t) - lin) / h) <= eps / 2); [|lra].
  unfold Rdiv at 1. rewrite Rabs_mult, Rabs_inv.
  assert (0 < Rabs h) by now apply Rabs_pos_lt.
  apply (Rmult_le_reg_r (Rabs h)); auto. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  apply Rle_trans with (1 := K2).
  apply Rle_trans with (eps / 2 / V * (V * Rabs h)).
  { apply Rmult_le_compat_l; auto. apply Rlt_le, Rdiv_lt_0_compat; lra. }
  apply Req_le. field. lra.
Qed.

Lemma sum_abs_bound (c u : vec) M : (forall i, (i < n)%nat -> Rabs (c i) <= M) ->
  Rabs (sum n (fun i => c i * u i)) <= M * sum n (fun i => Rabs (u i)).
Proof.
  intro H. eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal. apply sum_le. intros i Hi.
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|auto].
Qed.

Lemma bounded_family m (c : vec) : exists M, 0 < M /\ forall i, (i < m)%nat -> Rabs (c i) <= M.
Proof.
  induction m as [|m (M & HM & K)]; [exists 1; split; [lra|intros; lia]|].
  exists (M + Rabs (c m)). pose proof (Rabs_pos (c m)). split; [lra|]. intros i Hi.
  destruct (Nat.eq_dec i m) as [->|]; [lra|]. assert (Rabs (c i) <= M) by (apply K; lia). lra.
Qed.
End Model.
