(** T9: a cell that holds exactly one equilibrium, and attracts what starts in it: T16 for the network
    whose activations are continued outside the cell by their values at its ends. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Gronwall Slopes Model Lure Cells Existence T16_lure.
From Hopverify Require Import T16_unique T16_exists T16_attracts T16_instantaneous.
Open Scope R_scope.

Section Cells.
Variable n : nat.
Variables tau rho b h d : vec.
Variable W : nat -> nat -> R.
Variable g : nat -> R -> R.
Variable m : R.
Notation drive := (drive n W).
Notation act := (act g).
(** Every neuron is a layer. *)
Notation each := (fun i : nat => i).
Notation force := (force n each rho b W act).
Notation equilibrium := (equilibrium n each rho b W act).
Notation solution := (solution n each tau rho b W act).

(** The cell is the product of the intervals [lo i, hi i], and not empty. *)
Variables lo hi : nat -> Rbar.
Notation in_cell := (in_cell n lo hi).
Notation nearest := (nearest lo hi).
Variable o : vec.
Hypothesis not_empty : in_cell o.

Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis h_nonneg : forall i, (i < n)%nat -> 0 <= h i.
Hypothesis d_pos : forall i, (i < n)%nat -> 0 < d i.
Hypothesis m_pos : 0 < m.

(** On the cell, slopes lie between 0 and h. *)
Hypothesis slopes_in_cell : forall i u v, (i < n)%nat ->
  between_ends (lo i) (hi i) u -> between_ends (lo i) (hi i) v -> u <= v ->
  0 <= g i v - g i u <= h i * (v - u).

(** Elsewhere, g is Lipschitz on bounded sets. *)
Hypothesis lipschitz : forall B, exists K, 0 <= K /\ forall i u v, (i < n)%nat ->
  Rabs u <= B -> Rabs v <= B -> Rabs (g i v - g i u) <= K * Rabs (v - u).

(** Every target (W gamma + b)/rho with gamma in g(C) lies in C. *)
Hypothesis targets : forall x, in_cell x -> in_cell (fun i => (drive (act x) i + b i) / rho i).

(** The premise of T16. *)
Hypothesis form_definite : definite n each rho h d W m.

(** The clamped network. *)
Definition clamped (i : nat) (u : R) : R := g i (clamp (lo i) (hi i) u).
Definition clamped_primitive (i : nat) (u : R) : R := RInt (clamped i) 0 u.

Lemma nearest_in x : in_cell (nearest x).
Proof. now apply nearest_in_cell with o. Qed.

Lemma clamped_slopes_at_most i : (i < n)%nat -> slopes_at_most (clamped i) (h i).
Proof.
  intro Hi. apply (clamped_slopes (lo i) (hi i) (o i) (not_empty i Hi)); [auto|].
  intros u v. now apply slopes_in_cell.
Qed.

Lemma clamped_cocoercive : cocoercive n n each h (Lure.act clamped).
Proof. apply elementwise_cocoercive. exact clamped_slopes_at_most. Qed.

Lemma clamped_primitives i : (i < n)%nat -> primitive_of (clamped_primitive i) (clamped i).
Proof. intro Hi. apply slopes_primitive with (h i). now apply clamped_slopes_at_most. Qed.

Lemma nearest_id x i : in_cell x -> (i < n)%nat -> nearest x i = x i.
Proof. intros Hx Hi. apply (clamp_id _ _ (o i) (not_empty i Hi)). now apply Hx. Qed.

(** In the cell the two networks are the same. *)
Lemma clamped_force x i : in_cell x -> (i < n)%nat -> Lure.force n each rho b W (Lure.act clamped) x i = force x i.
Proof.
  intros Hx Hi. unfold Lure.force. do 2 f_equal. apply sum_ext. intros j Hj. f_equal.
  unfold Lure.act, clamped. f_equal. now apply nearest_id.
Qed.

Lemma clamped_equilibrium x : in_cell x -> (equilibrium x <-> Lure.equilibrium n each rho b W (Lure.act clamped) x).
Proof.
  intro Hx. split; intros E i Hi; specialize (E i Hi); now rewrite (clamped_force x i Hx Hi) in *.
Qed.

(** T9: the cell holds an equilibrium. *)
Theorem T9_exists : exists xs, in_cell xs /\ equilibrium xs.
Proof.
  destruct (T16_exists n n each rho h d b W (Lure.act clamped) m) as (xs & E); auto using clamped_cocoercive.
  assert (C : in_cell xs).
  { intros i Hi. pose proof (targets (nearest xs) (nearest_in xs) i Hi) as T. cbv beta in T.
    assert (X : (drive (act (nearest xs)) i + b i) / rho i = xs i); [|now rewrite X in T].
    specialize (E i Hi). unfold Lure.force in E. pose proof (rho_pos i Hi).
    change (drive (act (nearest xs)) i + b i - rho i * xs i = 0) in E.
    apply (Rmult_eq_reg_l (rho i)); [|lra]. field_simplify; lra. }
  exists xs. split; [exact C|]. now apply clamped_equilibrium.
Qed.

(** T9: and no other. *)
Theorem T9_unique x y : in_cell x -> in_cell y -> equilibrium x -> equilibrium y -> agree n x y.
Proof.
  intros Cx Cy Ex Ey. apply (T16_unique n n each rho h d b W (Lure.act clamped) m); auto using clamped_cocoercive;
    now apply clamped_equilibrium.
Qed.

Lemma solution_solves x : solution x -> solves n (fun z i => force z i / tau i) x.
Proof. intros Hx t Ht i Hi. apply (proj1 (Hx t Ht i Hi)). now apply tau_pos. Qed.

(** The drive on the cell pulls towards the cell. *)
Lemma pulled x i : (i < n)%nat ->
  off (lo i) (hi i) (x i) * (drive (act (nearest x)) i + b i - rho i * x i) <= 0.
Proof.
  intro Hi. pose proof (targets (nearest x) (nearest_in x) i Hi) as T. cbv beta in T.
  set (z := (drive (act (nearest x)) i + b i) / rho i) in *. pose proof (rho_pos i Hi) as P.
  assert (E : drive (act (nearest x)) i + b i = rho i * z) by (unfold z; field; lra). rewrite E.
  pose proof (clamp_obtuse (lo i) (hi i) (o i) (not_empty i Hi) (x i) z T) as O.
  fold (off (lo i) (hi i) (x i)) in O. set (r := off (lo i) (hi i) (x i)) in *.
  replace (rho i * z - rho i * x i) with (rho i * (z - clamp (lo i) (hi i) (x i) - r))
    by (unfold r, off; ring).
  replace (r * (rho i * (z - clamp (lo i) (hi i) (x i) - r)))
    with (rho i * (r * (z - clamp (lo i) (hi i) (x i)) - r * r)) by ring.
  pose proof (Rle_0_sqr r) as S1. unfold Rsqr in S1. nra.
Qed.

(** T9: a solution that starts in the cell stays in it. *)
Theorem T9_invariant x : solution x -> in_cell (x 0) -> forall t, 0 <= t -> in_cell (x t).
Proof.
  intros Hx0 H0 t Ht. pose proof (solution_solves x Hx0) as Hx. destruct (solution_bounded n (fun z i => force z i / tau i) x t Hx Ht) as (B & HB & KB).
  assert (exists B', B <= B' /\ forall i u, (i < n)%nat -> Rabs u <= B ->
    Rabs (clamp (lo i) (hi i) u) <= B') as (B' & HB' & KB').
  { exists (B + sum n (fun i => Rabs (clamp (lo i) (hi i) 0))). split.
    - assert (0 <= sum n (fun i => Rabs (clamp (lo i) (hi i) 0)));
        [apply sum_nonneg; intros; apply Rabs_pos|lra].
    - intros i u Hi Hu.
      pose proof (sum_term n (fun i => Rabs (clamp (lo i) (hi i) 0)) i) as S1. cbv beta in S1.
      specialize (S1 (fun j _ => Rabs_pos _) Hi).
      pose proof (slopes_lipschitz (clamp (lo i) (hi i)) 1 0 u) as L. rewrite Rmult_1_l in L.
      assert (L' : Rabs (clamp (lo i) (hi i) u - clamp (lo i) (hi i) 0) <= Rabs (u - 0)).
      { apply L. intros p q Hpq. rewrite Rmult_1_l.
        apply (clamp_slopes (lo i) (hi i) (o i) (not_empty i Hi) p q Hpq). }
      rewrite Rminus_0_r in L'.
      replace (clamp (lo i) (hi i) u)
        with (clamp (lo i) (hi i) u - clamp (lo i) (hi i) 0 + clamp (lo i) (hi i) 0) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. lra. }
  destruct (lipschitz B') as (K & HK & KK).
  destruct (positive_bound n tau tau_pos) as (T & HT & KT).
  set (r := fun s i => off (lo i) (hi i) (x s i)).
  set (phi := fun s => sum n (fun i => tau i * (r s i * r s i))).
  set (dphi := fun s => sum n (fun i => 2 * (r s i * force (x s) i))).
  set (w := sum n (fun i => sum n (fun j => Rabs (W i j)))).
  assert (Hw : 0 <= w) by (apply sum_nonneg; intros; apply sum_nonneg; intros; apply Rabs_pos).
  assert (D : forall s, 0 <= s <= t -> is_derive phi s (dphi s)).
  { intros s Hs. apply (is_derive_sum n (fun s i => tau i * (r s i * r s i))). intros i Hi.
    pose proof (tau_pos i Hi).
    pose proof (off_square (lo i) (hi i) (o i) (not_empty i Hi) (x s i)) as Q.
    pose proof (is_derive_comp _ (fun s => x s i) s _ _ Q (Hx s (proj1 Hs) i Hi)) as Q2.
    evar_last. { apply (is_derive_scal (fun s => r s i * r s i) s (tau i)). exact Q2. }
    unfold scal; simpl. unfold mult; simpl. unfold r. field. lra. }
  assert (Bd : forall s, 0 <= s <= t -> dphi s <= 4 * K * w / T * phi s).
  { intros s Hs. set (R2 := sum n (fun i => r s i * r s i)).
    assert (Q : forall i, (i < n)%nat -> r s i * r s i <= R2).
    { intros i Hi. apply (sum_term n (fun i => r s i * r s i)); auto. intros; apply Rle_0_sqr. }
    assert (P1 : dphi s <= 4 * K * w * R2).
    { unfold dphi. replace (4 * K * w * R2) with (w * (4 * K * R2)) by ring. unfold w.
      rewrite <- sum_scal_r. apply sum_le. intros i Hi. rewrite <- sum_scal_r.
      pose proof (pulled (x s) i Hi) as P. fold (r s i) in P.
      assert (E : r s i * force (x s) i = r s i * (drive (act (nearest (x s))) i + b i - rho i * x s i)
        + sum n (fun j => r s i * (W i j * (act (x s) j - act (nearest (x s)) j)))).
      { rewrite sum_scal. unfold Lure.force, Lure.drive.
        rewrite (sum_ext n (fun j => W i j * (act (x s) j - act (nearest (x s)) j))
          (fun j => W i j * act (x s) j - W i j * act (nearest (x s)) j)) by (intros; ring).
        rewrite sum_minus. ring. }
      rewrite E.
      apply Rle_trans with (2 * sum n (fun j => r s i * (W i j * (act (x s) j - act (nearest (x s)) j)))).
      { lra. }
      rewrite <- sum_scal. apply sum_le. intros j Hj.
      assert (A : Rabs (act (x s) j - act (nearest (x s)) j) <= K * Rabs (r s j)).
      { apply (KK j (nearest (x s) j) (x s j) Hj); [apply KB'; auto|]. apply Rle_trans with (2 := HB').
        now apply KB. }
      assert (A2 : Rabs (r s i) * Rabs (r s j) <= R2).
      { pose proof (Rle_0_sqr (Rabs (r s i) - Rabs (r s j))) as S1. unfold Rsqr in S1.
        assert (AA : forall v, Rabs v * Rabs v = v * v)
          by (intro v; rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
        pose proof (AA (r s i)). pose proof (AA (r s j)). pose proof (Q i Hi). pose proof (Q j Hj). nra. }
      assert (A3 : r s i * (W i j * (act (x s) j - act (nearest (x s)) j)) <= Rabs (W i j) * (K * R2)).
      { eapply Rle_trans; [apply Rle_abs|]. rewrite !Rabs_mult.
        apply Rle_trans with (Rabs (r s i) * (Rabs (W i j) * (K * Rabs (r s j)))).
        - apply Rmult_le_compat_l; [apply Rabs_pos|]. apply Rmult_le_compat_l; [apply Rabs_pos|exact A].
        - replace (Rabs (r s i) * (Rabs (W i j) * (K * Rabs (r s j))))
            with (Rabs (W i j) * (K * (Rabs (r s i) * Rabs (r s j)))) by ring.
          apply Rmult_le_compat_l; [apply Rabs_pos|]. now apply Rmult_le_compat_l. }
      assert (0 <= Rabs (W i j) * (K * R2)).
      { apply Rmult_le_pos; [apply Rabs_pos|]. apply Rmult_le_pos; auto.
        apply sum_nonneg. intros; apply Rle_0_sqr. }
      lra. }
    assert (P2 : T * R2 <= phi s).
    { unfold R2. rewrite <- sum_scal. apply sum_le. intros i Hi.
      apply Rmult_le_compat_r; [apply Rle_0_sqr|auto]. }
    apply Rle_trans with (1 := P1). unfold Rdiv. rewrite !Rmult_assoc.
    do 3 (apply Rmult_le_compat_l; [lra|]). apply (Rmult_le_reg_l T); auto.
    rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra. exact P2. }
  pose proof (gronwall_on phi dphi _ t Ht D Bd) as G.
  assert (Z : phi 0 = 0).
  { transitivity (sum n (fun _ => 0)); [|apply sum_zero]. apply sum_ext. intros i Hi.
    assert (R0 : r 0 i = 0); [|rewrite R0; ring].
    pose proof (clamp_id _ _ (o i) (not_empty i Hi) _ (H0 i Hi)) as I0.
    unfold r, off. rewrite I0. ring. }
  rewrite Z, Rmult_0_l in G. intros i Hi.
  assert (N : tau i * (r t i * r t i) = 0).
  { apply (sum_zero_all n (fun i => tau i * (r t i * r t i))); auto. intros j Hj.
    apply Rmult_le_pos; [apply Rlt_le; auto|apply Rle_0_sqr]. }
  pose proof (tau_pos i Hi). apply Rmult_integral in N. destruct N as [N|N]; [lra|].
  assert (R0 : r t i = 0) by (apply Rmult_integral in N; lra). unfold r, off in R0.
  replace (x t i) with (clamp (lo i) (hi i) (x t i)) by lra.
  apply clamp_inside with (o i). now apply not_empty.
Qed.

Definition clamped_lagrangian : vec -> R :=
  weighted_lagrangian n tau d (fun l x => clamped_primitive l (x l)).

(** T9: it converges to the equilibrium xs of the cell, at the rate of T16. *)
Theorem T9 : exists xs, in_cell xs /\ equilibrium xs /\
  (forall y, in_cell y -> equilibrium y -> agree n xs y) /\
  forall x, solution x -> in_cell (x 0) -> forall t, 0 <= t -> in_cell (x t) /\
    sum n (fun i => tau i * ((x t i - xs i) * (x t i - xs i)))
      <= 2 * lyapunov n each tau rho d W (Lure.act clamped) clamped_lagrangian m xs (x 0)
        * exp (- / kappa n each tau rho h d W m * t).
Proof.
  destruct T9_exists as (xs & C & E). exists xs. split; [auto|]. split; [auto|]. split.
  - intros y Cy Ey. now apply T9_unique.
  - intros x Hx H0 t Ht. split; [now apply T9_invariant|].
    apply (T16_attracts n n each tau rho h d b W (Lure.act clamped) clamped_lagrangian m);
      auto using clamped_cocoercive.
    + intros i Hi. now apply Rlt_le, tau_pos.
    + apply (weighted_gradient n n each tau d (Lure.act clamped)
        (fun l x => clamped_primitive l (x l))); auto.
      intros l Hl. now apply elementwise_gradient with h; [apply clamped_slopes_at_most|apply clamped_primitives|].
    + now apply clamped_equilibrium.
    + intros s Hs i Hi. rewrite clamped_force; auto. now apply T9_invariant.
Qed.

(** In the cell, solutions of the two networks are the same. *)
Lemma clamped_solution x : (forall t, 0 <= t -> in_cell (x t)) ->
  (solution x <-> Lure.solution n each tau rho b W (Lure.act clamped) x).
Proof.
  intro Cx. split; intros Hx t Ht i Hi; specialize (Hx t Ht i Hi);
    now rewrite (clamped_force (x t) i (Cx t Ht) Hi) in *.
Qed.

Lemma clamped_stays x : Lure.solution n each tau rho b W (Lure.act clamped) x -> in_cell (x 0) ->
  forall t, 0 <= t -> in_cell (x t).
Proof.
  intros Hx H0 t Ht. set (r := fun s i => off (lo i) (hi i) (x s i)).
  pose proof (gronwall_on (fun s => sum n (fun i => tau i * (r s i * r s i)))
    (fun s => sum n (fun i => 2 * (r s i * Lure.force n each rho b W (Lure.act clamped) (x s) i)))
    0 t Ht) as G. cbv beta in G.
  assert (U : sum n (fun i => tau i * (r t i * r t i)) <= sum n (fun i => tau i * (r 0 i * r 0 i)) * exp (0 * t)).
  { apply G.
    - intros s Hs. apply (is_derive_sum n (fun s i => tau i * (r s i * r s i))). intros i Hi.
      pose proof (tau_pos i Hi).
      pose proof (off_square (lo i) (hi i) (o i) (not_empty i Hi) (x s i)) as Q.
      pose proof (proj1 (Hx s (proj1 Hs) i Hi) (tau_pos i Hi)) as D.
      pose proof (is_derive_comp _ (fun s => x s i) s _ _ Q D) as Q2.
      evar_last; [apply (is_derive_scal (fun s => r s i * r s i) s (tau i)); exact Q2|].
      unfold scal; simpl. unfold mult; simpl. unfold r. field. lra.
    - intros s _. rewrite Rmult_0_l, <- (sum_zero n). apply sum_le. intros i Hi.
      pose proof (pulled (x s) i Hi) as P. fold (r s i) in P.
      change (Lure.force n each rho b W (Lure.act clamped) (x s) i)
        with (drive (act (nearest (x s))) i + b i - rho i * x s i). lra. }
  assert (Z : sum n (fun i => tau i * (r 0 i * r 0 i)) = 0).
  { transitivity (sum n (fun _ => 0)); [|apply sum_zero]. apply sum_ext. intros i Hi.
    assert (R0 : r 0 i = 0); [|rewrite R0; ring].
    pose proof (clamp_id _ _ (o i) (not_empty i Hi) _ (H0 i Hi)) as I0. unfold r, off. rewrite I0. ring. }
  rewrite Z, Rmult_0_l in U. intros i Hi.
  assert (N : tau i * (r t i * r t i) = 0).
  { apply (sum_zero_all n (fun i => tau i * (r t i * r t i))); auto. intros j Hj.
    apply Rmult_le_pos; [apply Rlt_le; auto|apply Rle_0_sqr]. }
  pose proof (tau_pos i Hi). apply Rmult_integral in N. destruct N as [N|N]; [lra|].
  assert (R0 : r t i = 0) by (apply Rmult_integral in N; lra). unfold r, off in R0.
  replace (x t i) with (clamp (lo i) (hi i) (x t i)) by lra.
  apply clamp_inside with (o i). now apply not_empty.
Qed.

(** T9: from each state of the cell there is exactly one solution. *)
Theorem T9_solution x0 : in_cell x0 -> exists x, agree n (x 0) x0 /\ solution x /\
  forall y, solution y -> agree n (y 0) x0 -> forall t, 0 <= t -> agree n (x t) (y t).
Proof.
  intro C0. destruct (T16_solution n n each tau rho h d b W (Lure.act clamped) m) with (x0 := x0)
    as (x & Hx & X0 & Ux); auto using clamped_cocoercive.
  { intros i Hi. now apply Rlt_le, tau_pos. }
  assert (S0 : agree n (x 0) x0) by (intros i Hi; apply X0; auto).
  assert (start : forall y, agree n (y 0) x0 -> in_cell (y 0)).
  { intros y Y0 i Hi. rewrite (Y0 i Hi). now apply C0. }
  pose proof (clamped_stays x Hx (start x S0)) as Cx.
  exists x. split; [exact S0|]. split; [now apply clamped_solution|]. intros y Hy Y0.
  apply Ux; [|intros; now apply Y0]. apply clamped_solution; [|exact Hy].
  apply T9_invariant; auto.
Qed.
End Cells.
