(** T16 with instantaneous neurons: they follow the others, and from every state of the others there is
    exactly one solution. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Existence Lure T16_unique T16_exists.
Open Scope R_scope.

Section Instantaneous.
(** n neurons in k layers; neuron i belongs to the layer [lay i]. *)
Variables n k : nat.
Variable lay : nat -> nat.
Variables tau rho h d : vec.
Variable b : vec.
Variable W : nat -> nat -> R.
Variable g : vec -> vec.
Variable m : R.
Notation drive := (drive n W).
Notation force := (force n lay rho b W g).
Notation solution := (solution n lay tau rho b W g).
Notation norm2 := (norm2 n).

Hypothesis layers : forall i, (i < n)%nat -> (lay i < k)%nat.
Hypothesis tau_nonneg : forall l, (l < k)%nat -> 0 <= tau l.
Hypothesis rho_pos : forall l, (l < k)%nat -> 0 < rho l.
Hypothesis h_nonneg : forall l, (l < k)%nat -> 0 <= h l.
Hypothesis d_pos : forall l, (l < k)%nat -> 0 < d l.
Hypothesis m_pos : 0 < m.
Hypothesis g_cocoercive : cocoercive n k lay h g.
Hypothesis form_definite : definite n lay rho h d W m.

(** Layers with tau > 0, and states at which all others are where their drive puts them. *)
Definition slow (l : nat) : bool := if Rlt_dec 0 (tau l) then true else false.
Definition settled (x : vec) : Prop := forall i, (i < n)%nat -> slow (lay i) = false -> force x i = 0.
Definition slow_part (u : vec) : vec := fun i => if slow (lay i) then u i else 0.
Definition fast_part (u : vec) : vec := fun i => if slow (lay i) then 0 else u i.

Lemma parts u i : u i = slow_part u i + fast_part u i.
Proof. unfold slow_part, fast_part. destruct (slow (lay i)); ring. Qed.

Lemma drive_parts u i : drive u i = drive (slow_part u) i + drive (fast_part u) i.
Proof.
  unfold Lure.drive. rewrite <- sum_plus. apply sum_ext. intros j _. rewrite (parts u j). ring.
Qed.

(** Inequality (1) for the instantaneous neurons alone. *)
Lemma fast_key x y : settled x -> settled y ->
  let dg := fun i => g y i - g x i in
  m * norm2 (fast_part dg) <= sum n (fun i => fast_part dg i * (d (lay i) * drive (slow_part dg) i)).
Proof.
  intros Hx Hy dg.
  apply Rle_trans with (form n lay rho h d W (fast_part dg)).
  { apply form_definite. intros i Hi H0. unfold fast_part, dg. destruct (slow (lay i)); [reflexivity|].
    rewrite (g_constant n k lay h g layers g_cocoercive x y i Hi H0). ring. }
  pose proof (picked n k lay rho h d g layers rho_pos h_nonneg d_pos g_cocoercive
    (fun l => negb (slow l)) x y) as P. cbv beta in P. unfold form.
  rewrite (sum_ext n (fun i => d (lay i) * (rho (lay i) / h (lay i)) * (fast_part dg i * fast_part dg i))
    (fun i => if negb (slow (lay i)) then d (lay i) * (rho (lay i) / h (lay i))
      * ((g y i - g x i) * (g y i - g x i)) else 0)).
  2: { intros i _. unfold fast_part, dg. destruct (slow (lay i)); simpl; ring. }
  rewrite (sum_ext n (fun i => if negb (slow (lay i)) then d (lay i) * rho (lay i)
      * ((g y i - g x i) * (y i - x i)) else 0)
    (fun i => d (lay i) * fast_part dg i * drive (fast_part dg) i
      + fast_part dg i * (d (lay i) * drive (slow_part dg) i))) in P.
  2: { intros i Hi. unfold fast_part at 1 3, dg at 1 3. destruct (slow (lay i)) eqn:S; simpl; [ring|].
    pose proof (Hx i Hi S) as Ex. pose proof (Hy i Hi S) as Ey. unfold Lure.force in Ex, Ey.
    assert (E : rho (lay i) * (y i - x i) = drive dg i)
      by (unfold dg; rewrite (drive_minus n W (g x) (g y) i); lra).
    rewrite (drive_parts dg i) in E.
    replace (d (lay i) * rho (lay i) * ((g y i - g x i) * (y i - x i)))
      with (d (lay i) * (g y i - g x i) * (rho (lay i) * (y i - x i))) by ring. rewrite E. ring. }
  rewrite sum_plus in P. lra.
Qed.

(** The changes of all activations are bounded by those of the slow states. *)
Lemma activations_follow : exists F, 0 <= F /\ forall x y, settled x -> settled y ->
  norm2 (fun i => g y i - g x i) <= F * norm2 (slow_part (fun i => y i - x i)).
Proof.
  destruct (bounded_family n (fun i => h (lay i))) as (Hm & HHm & KHm).
  set (G := sum n (fun i => d (lay i) * d (lay i) * sum n (fun j => W i j * W i j))).
  assert (HG : 0 <= G).
  { apply sum_nonneg. intros i _. apply Rmult_le_pos; [apply Rle_0_sqr|].
    apply sum_nonneg; intros; apply Rle_0_sqr. }
  exists ((G / (m * m) + 1) * (Hm * Hm)).
  assert (HQ : 0 <= G / (m * m)) by (apply Rmult_le_pos; [auto|apply Rlt_le, Rinv_0_lt_compat; nra]).
  split; [apply Rmult_le_pos; [lra|apply Rle_0_sqr]|]. intros x y Hx Hy.
  set (dg := fun i => g y i - g x i). set (dx := fun i => y i - x i).
  pose proof (fast_key x y Hx Hy) as K. cbv zeta in K. fold dg in K.
  set (A := norm2 (fast_part dg)) in *. set (B := norm2 (slow_part dg)).
  assert (HA : 0 <= A) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  assert (C : m * m * A <= G * B).
  { set (T := sum n (fun i => fast_part dg i * (d (lay i) * drive (slow_part dg) i))) in *.
    assert (CS : T * T <= A * (G * B)).
    { eapply Rle_trans; [apply sum_cs|]. apply Rmult_le_compat_l; [exact HA|]. unfold G.
      rewrite <- sum_scal_r. apply sum_le. intros i _.
      assert (D : drive (slow_part dg) i * drive (slow_part dg) i <= sum n (fun j => W i j * W i j) * B)
        by apply sum_cs.
      apply (Rmult_le_compat_l (d (lay i) * d (lay i))) in D; [|apply Rle_0_sqr]. lra. }
    destruct HA as [PA|ZA]; [|rewrite <- ZA, Rmult_0_r; apply Rmult_le_pos;
      [auto|apply sum_nonneg; intros; apply Rle_0_sqr]].
    apply (Rmult_le_reg_l A); [exact PA|].
    apply Rle_trans with (2 := CS). assert (0 <= m * A) by nra.
    replace (A * (m * m * A)) with ((m * A) * (m * A)) by ring. now apply Rmult_le_compat. }
  assert (E : norm2 dg = B + A).
  { unfold B, A, Lure.norm2. rewrite <- sum_plus. apply sum_ext. intros i _.
    unfold slow_part, fast_part. destruct (slow (lay i)); ring. }
  assert (D : B <= Hm * Hm * norm2 (slow_part dx)).
  { assert (Hc : forall l, (l < k)%nat -> 0 <= (if slow l then 1 else 0))
      by (intros l _; destruct (slow l); lra).
    pose proof (steepest n k lay h g layers g_cocoercive _ x y Hc) as S. cbv beta in S.
    assert (EB : B = sum n (fun i => (if slow (lay i) then 1 else 0)
      * ((g y i - g x i) * (g y i - g x i)))).
    { apply sum_ext. intros i _. unfold slow_part, dg. destruct (slow (lay i)); ring. }
    rewrite EB. apply Rle_trans with (1 := S). unfold Lure.norm2. rewrite <- sum_scal. apply sum_le.
    intros i Hi. unfold slow_part, dx. destruct (slow (lay i)); [|lra].
    pose proof (KHm i Hi) as Q. apply Rabs_le_between in Q. pose proof (h_nonneg _ (layers i Hi)).
    rewrite Rmult_1_l. apply Rmult_le_compat_r; [apply Rle_0_sqr|nra]. }
  assert (A2 : A <= G / (m * m) * B).
  { apply (Rmult_le_reg_l (m * m)); [nra|].
    replace (m * m * (G / (m * m) * B)) with (G * B) by (field; lra). exact C. }
  change (norm2 dg <= (G / (m * m) + 1) * (Hm * Hm) * norm2 (slow_part dx)). rewrite E.
  apply Rle_trans with ((G / (m * m) + 1) * B); [lra|]. rewrite Rmult_assoc.
  apply Rmult_le_compat_l; [lra|exact D].
Qed.

(** T16: instantaneous neurons are a Lipschitz function of the others. *)
Theorem T16_follow : exists F, 0 <= F /\ forall x y, settled x -> settled y ->
  norm2 (fun i => y i - x i) <= F * norm2 (slow_part (fun i => y i - x i)).
Proof.
  destruct activations_follow as (F & HF & KF).
  set (R := sum n (fun i => / (rho (lay i) * rho (lay i)) * sum n (fun j => W i j * W i j))).
  assert (HR : 0 <= R).
  { apply sum_nonneg. intros i Hi. pose proof (rho_pos _ (layers i Hi)).
    apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; nra|].
    apply sum_nonneg; intros; apply Rle_0_sqr. }
  exists (1 + R * F). split; [pose proof (Rmult_le_pos R F HR HF); lra|]. intros x y Hx Hy.
  set (dx := fun i => y i - x i).
  assert (A : norm2 dx <= norm2 (slow_part dx) + R * norm2 (fun i => g y i - g x i)).
  { unfold R, Lure.norm2. rewrite <- sum_scal_r, <- sum_plus. apply sum_le. intros i Hi.
    pose proof (rho_pos _ (layers i Hi)) as P. set (N := sum n (fun i => (g y i - g x i) * (g y i - g x i))).
    assert (Q : 0 <= / (rho (lay i) * rho (lay i)) * sum n (fun j => W i j * W i j) * N).
    { apply Rmult_le_pos; [apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; nra|]|];
        apply sum_nonneg; intros; apply Rle_0_sqr. }
    unfold slow_part. destruct (slow (lay i)) eqn:S; [lra|].
    pose proof (Hx i Hi S) as Ex. pose proof (Hy i Hi S) as Ey. unfold Lure.force in Ex, Ey.
    assert (E : rho (lay i) * dx i = drive (fun i => g y i - g x i) i)
      by (rewrite (drive_minus n W (g x) (g y) i); unfold dx; lra).
    assert (C : drive (fun i => g y i - g x i) i * drive (fun i => g y i - g x i) i
      <= sum n (fun j => W i j * W i j) * N) by apply sum_cs.
    rewrite <- E in C. rewrite Rmult_0_l, Rplus_0_l.
    apply (Rmult_le_reg_l (rho (lay i) * rho (lay i))); [nra|].
    replace (rho (lay i) * rho (lay i) * (/ (rho (lay i) * rho (lay i)) * sum n (fun j => W i j * W i j) * N))
      with (sum n (fun j => W i j * W i j) * N) by (field; lra). lra. }
  apply Rle_trans with (1 := A). rewrite Rmult_plus_distr_r, Rmult_1_l. apply Rplus_le_compat_l.
  rewrite Rmult_assoc. apply Rmult_le_compat_l; [exact HR|]. now apply KF.
Qed.

(** The instantaneous neurons for given slow states: an equilibrium of the network in which slow
    neurons rest at their states. *)
Section Given.
Variable y : vec.
Definition given_weights (i j : nat) : R :=
  if slow (lay i) then 0 else if slow (lay j) then 0 else W i j.
Definition given_bias (i : nat) : R :=
  if slow (lay i) then rho (lay i) * y i else b i + drive (slow_part (g y)) i.

Lemma given_exists : exists x, settled x /\ forall i, (i < n)%nat -> slow (lay i) = true -> x i = y i.
Proof.
  destruct (positive_bound n (fun i => if Rlt_dec 0 (h (lay i))
    then d (lay i) * (rho (lay i) / h (lay i)) else 1)) as (p & Hp & Kp).
  { intros i Hi. destruct (Rlt_dec 0 (h (lay i))); [|lra].
    apply Rmult_lt_0_compat; auto. apply Rdiv_lt_0_compat; auto. }
  destruct (T16_exists n k lay rho h d given_bias given_weights g (Rmin m p)) as (x & Hx); auto.
  { now apply Rmin_pos. }
  { intros u Hu.
    assert (Hf : m * norm2 (fast_part u) <= form n lay rho h d W (fast_part u)).
    { apply form_definite. intros i Hi H0. unfold fast_part. rewrite (Hu i Hi H0).
      now destruct (slow (lay i)). }
    assert (E : form n lay rho h d given_weights u = form n lay rho h d W (fast_part u)
      + sum n (fun i => d (lay i) * (rho (lay i) / h (lay i)) * (slow_part u i * slow_part u i))).
    { unfold form. rewrite <- !sum_minus, <- sum_plus. apply sum_ext. intros i Hi.
      assert (D : Lure.drive n given_weights u i = if slow (lay i) then 0 else drive (fast_part u) i).
      { unfold Lure.drive, given_weights, fast_part. destruct (slow (lay i)).
        - rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|]. intros; ring.
        - apply sum_ext. intros j _. destruct (slow (lay j)); ring. }
      rewrite D. change (fast_part u i) with (if slow (lay i) then 0 else u i). unfold slow_part.
      destruct (slow (lay i)); ring. }
    rewrite E.
    assert (Hs : p * norm2 (slow_part u)
      <= sum n (fun i => d (lay i) * (rho (lay i) / h (lay i)) * (slow_part u i * slow_part u i))).
    { unfold Lure.norm2. rewrite <- sum_scal. apply sum_le. intros i Hi. pose proof (Kp i Hi) as Z.
      destruct (Rlt_dec 0 (h (lay i))) as [|N].
      - apply Rmult_le_compat_r; [apply Rle_0_sqr|exact Z].
      - pose proof (h_nonneg _ (layers i Hi)). unfold slow_part. rewrite (Hu i Hi) by lra.
        destruct (slow (lay i)); lra. }
    assert (Nn : sum n (fun i => u i * u i) = norm2 (fast_part u) + norm2 (slow_part u)).
    { unfold Lure.norm2. rewrite <- sum_plus. apply sum_ext. intros i _.
      unfold fast_part, slow_part. destruct (slow (lay i)); ring. }
    rewrite Nn. pose proof (Rmin_l m p). pose proof (Rmin_r m p).
    assert (0 <= norm2 (fast_part u)) by (apply sum_nonneg; intros; apply Rle_0_sqr).
    assert (0 <= norm2 (slow_part u)) by (apply sum_nonneg; intros; apply Rle_0_sqr). nra. }
  assert (Sl : forall i, (i < n)%nat -> slow (lay i) = true -> x i = y i).
  { intros i Hi S. pose proof (Hx i Hi) as E. unfold Lure.force, Lure.drive, given_weights, given_bias in E.
    rewrite S in E. rewrite (sum_ext n _ (fun _ => 0)), sum_zero in E by (intros; ring).
    pose proof (rho_pos _ (layers i Hi)). nra. }
  exists x. split; [|exact Sl]. intros i Hi S. pose proof (Hx i Hi) as E.
  unfold Lure.force in *. unfold given_bias in E. rewrite S in E. rewrite <- E.
  assert (D : drive (g x) i = Lure.drive n given_weights (g x) i + drive (slow_part (g y)) i); [|lra].
  unfold Lure.drive, given_weights. rewrite S, <- sum_plus. apply sum_ext. intros j Hj.
  unfold slow_part. destruct (slow (lay j)) eqn:Sj; [|ring].
  rewrite (g_layers n k lay h g layers g_cocoercive x y j Hj); [ring|].
  intros q Hq El. apply Sl; auto. now rewrite El.
Qed.

(** A function that gives them. *)
Definition settle : vec := fun i => real (Lub_Rbar (fun v => exists x, settled x /\
  (forall j, (j < n)%nat -> slow (lay j) = true -> x j = y j) /\ v = x i)).

Lemma settle_is x : settled x -> (forall j, (j < n)%nat -> slow (lay j) = true -> x j = y j) ->
  agree n settle x.
Proof.
  intros Hx Sx i Hi. unfold settle.
  rewrite (is_lub_Rbar_unique _ (Finite (x i))); [reflexivity|]. split.
  - intros v (z & Hz & Sz & ->). apply Req_le. destruct T16_follow as (F & _ & KF).
    specialize (KF x z Hx Hz).
    assert (Z0 : norm2 (slow_part (fun i => z i - x i)) = 0).
    { transitivity (sum n (fun _ => 0)); [|apply sum_zero]. apply sum_ext. intros j Hj.
      unfold slow_part. destruct (slow (lay j)) eqn:S; [|ring].
      rewrite (Sx j Hj S), (Sz j Hj S). ring. }
    rewrite Z0, Rmult_0_r in KF.
    pose proof (sum_zero_all n (fun i => (z i - x i) * (z i - x i)) (fun j _ => Rle_0_sqr _) KF i Hi) as Z.
    cbv beta in Z. apply Rmult_integral in Z. lra.
  - intros u Hu. apply Hu. now exists x.
Qed.
End Given.

Lemma g_agree x y : agree n x y -> agree n (g x) (g y).
Proof. intros A i Hi. apply (g_layers n k lay h g layers g_cocoercive); auto. Qed.

Lemma force_agree x y : agree n x y -> agree n (force x) (force y).
Proof.
  intros A i Hi. unfold Lure.force. rewrite (drive_ext n W _ _ i (g_agree x y A)). now rewrite A.
Qed.

Lemma settle_settled y : settled (settle y) /\
  forall i, (i < n)%nat -> slow (lay i) = true -> settle y i = y i.
Proof.
  destruct (given_exists y) as (x & Hx & Sx). pose proof (settle_is y x Hx Sx) as A. split.
  - intros i Hi S. rewrite (force_agree _ _ A i Hi). now apply Hx.
  - intros i Hi S. rewrite (A i Hi). now apply Sx.
Qed.

(** The slow neurons alone. *)
Definition slow_field (y : vec) : vec :=
  fun i => if slow (lay i) then force (settle y) i / tau (lay i) else 0.

Lemma norm2_dist x y : norm2 (fun i => y i - x i) <= dist n x y * dist n x y.
Proof.
  unfold dist at 1. rewrite <- sum_scal_r. apply sum_le. intros i Hi.
  replace ((y i - x i) * (y i - x i)) with (Rabs (y i - x i) * Rabs (y i - x i))
    by (rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
  apply Rmult_le_compat_l; [apply Rabs_pos|now apply dist_component].
Qed.

(** What has a square below F times that of the distance is below sqrt F times the distance. *)
Lemma coordinate F u x y i : (i < n)%nat -> 0 <= F -> norm2 u <= F * norm2 (fun i => y i - x i) ->
  Rabs (u i) <= sqrt F * dist n x y.
Proof.
  intros Hi HF H. pose proof (dist_nonneg n x y) as D.
  apply Rsqr_incr_0; [|apply Rabs_pos|apply Rmult_le_pos; [apply sqrt_pos|exact D]].
  rewrite <- Rsqr_abs. unfold Rsqr. apply Rle_trans with (norm2 u).
  { apply (sum_term n (fun i => u i * u i)); auto. intros; apply Rle_0_sqr. }
  apply Rle_trans with (1 := H).
  replace (sqrt F * dist n x y * (sqrt F * dist n x y)) with (F * (dist n x y * dist n x y)).
  - apply Rmult_le_compat_l; [exact HF|apply norm2_dist].
  - rewrite <- (sqrt_sqrt F HF) at 1. ring.
Qed.

Lemma slow_field_lipschitz : exists K, 0 <= K /\ lipschitz_by n slow_field K.
Proof.
  destruct T16_follow as (F & HF & KF). destruct activations_follow as (G & HG & KG).
  set (w := sum n (fun i => sum n (fun j => Rabs (W i j)))).
  assert (Hw : 0 <= w) by (apply sum_nonneg; intros; apply sum_nonneg; intros; apply Rabs_pos).
  destruct (bounded_family n (fun i => rho (lay i))) as (R & HR & KR).
  destruct (bounded_family n (fun i => / tau (lay i))) as (T & HT & KT).
  set (C := w * sqrt G + R * sqrt F).
  assert (HC : 0 <= C).
  { pose proof (sqrt_pos G). pose proof (sqrt_pos F). pose proof (Rmult_le_pos w (sqrt G) Hw H).
    pose proof (Rmult_le_pos R (sqrt F) (Rlt_le _ _ HR) H0). unfold C. lra. }
  exists (C * T). split; [apply Rmult_le_pos; lra|]. intros x y i Hi.
  pose proof (dist_nonneg n x y) as D. unfold slow_field. destruct (slow (lay i)).
  2: { rewrite Rminus_0_r, Rabs_R0. apply Rmult_le_pos; [apply Rmult_le_pos; lra|exact D]. }
  set (p := settle x). set (q := settle y).
  destruct (settle_settled x) as (Hp & Sp). destruct (settle_settled y) as (Hq & Sq).
  assert (N : norm2 (slow_part (fun i => q i - p i)) <= norm2 (fun i => y i - x i)).
  { apply sum_le. intros j Hj. unfold slow_part. destruct (slow (lay j)) eqn:S.
    - unfold p, q. rewrite (Sp j Hj S), (Sq j Hj S). lra.
    - rewrite Rmult_0_l. apply Rle_0_sqr. }
  assert (A1 : forall j, (j < n)%nat -> Rabs (g q j - g p j) <= sqrt G * dist n x y).
  { intros j Hj. apply (coordinate G (fun j => g q j - g p j)); auto.
    apply Rle_trans with (1 := KG p q Hp Hq). now apply Rmult_le_compat_l. }
  assert (A2 : Rabs (q i - p i) <= sqrt F * dist n x y).
  { apply (coordinate F (fun j => q j - p j)); auto.
    apply Rle_trans with (1 := KF p q Hp Hq). now apply Rmult_le_compat_l. }
  replace (force q i / tau (lay i) - force p i / tau (lay i))
    with ((force q i - force p i) * / tau (lay i)) by (unfold Rdiv; ring).
  rewrite Rabs_mult.
  assert (A3 : Rabs (force q i - force p i) <= C * dist n x y).
  { replace (force q i - force p i) with (drive (fun j => g q j - g p j) i + - (rho (lay i) * (q i - p i)))
      by (rewrite (drive_minus n W (g p) (g q) i); unfold Lure.force; ring).
    eapply Rle_trans; [apply Rabs_triang|]. unfold C. rewrite Rmult_plus_distr_r. apply Rplus_le_compat.
    - apply Rle_trans with (sum n (fun j => Rabs (W i j)) * (sqrt G * dist n x y)).
      + eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal_r. apply sum_le. intros j Hj.
        rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|now apply A1].
      + rewrite Rmult_assoc. apply Rmult_le_compat_r; [apply Rmult_le_pos; [apply sqrt_pos|exact D]|].
        apply (sum_term n (fun i => sum n (fun j => Rabs (W i j)))); auto.
        intros; apply sum_nonneg; intros; apply Rabs_pos.
    - rewrite Rabs_Ropp, Rabs_mult, Rmult_assoc. apply Rmult_le_compat; auto; try apply Rabs_pos. }
  replace (C * T * dist n x y) with (C * dist n x y * T) by ring.
  apply Rmult_le_compat; auto; apply Rabs_pos.
Qed.

(** The slow neurons of a solution solve their own equation. *)
Lemma slow_solves x : solution x -> solves n slow_field (fun t => slow_part (x t)) /\
  forall t, 0 <= t -> agree n (settle (slow_part (x t))) (x t).
Proof.
  intro Hx.
  assert (A : forall t, 0 <= t -> agree n (settle (slow_part (x t))) (x t)).
  { intros t Ht. apply settle_is.
    - intros i Hi S. apply (proj2 (Hx t Ht i Hi)). unfold slow in S.
      pose proof (tau_nonneg _ (layers i Hi)). destruct (Rlt_dec 0 (tau (lay i))); [discriminate|lra].
    - intros i Hi S. unfold slow_part. now rewrite S. }
  split; [|exact A]. intros t Ht i Hi. unfold slow_field, slow_part at 1.
  destruct (slow (lay i)) eqn:S.
  - rewrite (force_agree _ _ (A t Ht) i Hi). apply (proj1 (Hx t Ht i Hi)). unfold slow in S.
    destruct (Rlt_dec 0 (tau (lay i))); [auto|discriminate].
  - apply (is_derive_const 0).
Qed.

(** T16: from every state of the neurons with tau > 0 there is exactly one solution. *)
Theorem T16_solution x0 : exists x, solution x /\
  (forall i, (i < n)%nat -> 0 < tau (lay i) -> x 0 i = x0 i) /\
  forall y, solution y -> (forall i, (i < n)%nat -> 0 < tau (lay i) -> y 0 i = x0 i) ->
    forall t, 0 <= t -> agree n (x t) (y t).
Proof.
  destruct slow_field_lipschitz as (K & HK & L).
  destruct (solution_exists n slow_field K HK L (slow_part x0)) as (p & P0 & Hp).
  assert (SL : forall l, 0 < tau l -> slow l = true) by (intros l H; unfold slow; now destruct (Rlt_dec 0 (tau l))).
  assert (Hx : solution (fun t => settle (p t))).
  { intros t Ht i Hi. split.
    - intro Pt. apply (is_derive_ext (fun s => p s i)).
      + intro s. symmetry. apply (proj2 (settle_settled (p s))); auto.
      + pose proof (Hp t Ht i Hi) as D. unfold slow_field in D. now rewrite (SL _ Pt) in D.
    - intro T0. apply (proj1 (settle_settled (p t))); auto. unfold slow. rewrite T0.
      destruct (Rlt_dec 0 0); [lra|reflexivity]. }
  assert (X0 : forall i, (i < n)%nat -> 0 < tau (lay i) -> settle (p 0) i = x0 i).
  { intros i Hi Pt. rewrite (proj2 (settle_settled (p 0)) i Hi (SL _ Pt)), (P0 i Hi). unfold slow_part.
    now rewrite (SL _ Pt). }
  exists (fun t => settle (p t)). split; [exact Hx|]. split; [exact X0|]. intros y Hy Y0 t Ht.
  destruct (slow_solves _ Hx) as (S1 & A1). destruct (slow_solves y Hy) as (S2 & A2).
  assert (U : agree n (slow_part (settle (p t))) (slow_part (y t))).
  { apply (solution_unique n slow_field (fun t => slow_part (settle (p t))) (fun t => slow_part (y t)));
      auto; [now apply lipschitz_locally with K|].
    intros i Hi. unfold slow_part, slow. destruct (Rlt_dec 0 (tau (lay i))) as [Pt|]; [|reflexivity].
    rewrite (X0 i Hi Pt). symmetry. now apply Y0. }
  intros i Hi. rewrite <- (A1 t Ht i Hi). destruct (settle_settled (slow_part (y t))) as (Hs & Ss).
  rewrite <- (A2 t Ht i Hi). apply settle_is; auto. intros j Hj S. rewrite (Ss j Hj S). symmetry.
  now apply U.
Qed.
End Instantaneous.
