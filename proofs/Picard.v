(** Solutions of x' = f(x), for all times t >= 0: a Lipschitz f has one from every state (Picard,
    Lindeloef). *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model.
Open Scope R_scope.

(** x solves x' = f(x). *)
Definition solves (n : nat) (f : vec -> vec) (x : R -> vec) : Prop := forall t, 0 <= t ->
  forall i, (i < n)%nat -> is_derive (fun s => x s i) t (f (x t) i).

(** Each coordinate of f changes by at most K times what the state changes by. *)
Definition lipschitz_by (n : nat) (f : vec -> vec) (K : R) : Prop := forall x y i, (i < n)%nat ->
  Rabs (f y i - f x i) <= K * dist n x y.

(** What has the smaller rate changes less. *)
Lemma slower (u du B dB : R -> R) t : 0 <= t ->
  (forall s, 0 <= s <= t -> is_derive u s (du s)) -> (forall s, 0 <= s <= t -> is_derive B s (dB s)) ->
  (forall s, 0 <= s <= t -> Rabs (du s) <= dB s) -> Rabs (u t - u 0) <= B t - B 0.
Proof.
  intros Ht Du DB H.
  assert (G : forall c, c = 1 \/ c = -1 -> c * (u t - u 0) <= B t - B 0).
  { intros c Hc. destruct (MVT_gen (fun s => B s - c * u s) 0 t (fun s => dB s - c * du s))
      as (z & Hz & E).
    - intros s Hs. rewrite Rmin_left, Rmax_right in Hs by lra.
      apply (is_derive_minus B (fun s => c * u s)); [apply DB; lra|].
      apply (is_derive_scal u). apply Du. lra.
    - intros s Hs. rewrite Rmin_left, Rmax_right in Hs by lra. apply continuity_pt_filterlim.
      apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) (fun s => B s - c * u s) s).
      exists (dB s - c * du s). apply (is_derive_minus B (fun s => c * u s)); [apply DB; lra|].
      apply (is_derive_scal u). apply Du. lra.
    - rewrite Rmin_left, Rmax_right in Hz by lra. pose proof (H z ltac:(lra)) as A.
      apply Rabs_le_between in A. assert (0 <= dB z - c * du z) by (destruct Hc; subst; lra). nra. }
  pose proof (G 1 (or_introl eq_refl)). pose proof (G (-1) (or_intror eq_refl)). apply Rabs_le. lra.
Qed.

(** A sequence whose steps are halved converges, and it is near its limit. *)
Lemma halved_steps (u : nat -> R) c : 0 <= c -> (forall k, Rabs (u (S k) - u k) <= c * (/ 2) ^ k) ->
  is_lim_seq u (real (Lim_seq u)) /\ forall k, Rabs (real (Lim_seq u) - u k) <= 2 * c * (/ 2) ^ k.
Proof.
  intros Hc H.
  assert (P : forall k, 0 < (/ 2) ^ k) by (intro; apply pow_lt; lra).
  assert (T : forall p k, Rabs (u (k + p)%nat - u k) <= 2 * c * (/ 2) ^ k - 2 * c * (/ 2) ^ (k + p)).
  { induction p; intro k.
    - rewrite Nat.add_0_r, Rminus_eq_0, Rabs_R0. lra.
    - specialize (IHp k). specialize (H (k + p)%nat). replace (k + S p)%nat with (S (k + p)) by lia.
      replace (u (S (k + p)) - u k) with ((u (S (k + p)) - u (k + p)%nat) + (u (k + p)%nat - u k)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. simpl pow. lra. }
  assert (C : ex_finite_lim_seq u).
  { apply ex_lim_seq_cauchy_corr. intro eps. pose proof (cond_pos eps) as He.
    assert (Z : is_lim_seq (fun k => 2 * c * (/ 2) ^ k) 0).
    { replace (Finite 0) with (Rbar_mult (2 * c) 0) by (simpl; f_equal; ring).
      apply is_lim_seq_scal_l. apply is_lim_seq_geom. rewrite Rabs_pos_eq; lra. }
    apply is_lim_seq_spec in Z. destruct (Z eps) as (N & KN). exists N.
    assert (G : forall p q, (N <= p)%nat -> (p <= q)%nat -> Rabs (u q - u p) < eps).
    { intros p q Hp Hq. pose proof (T (q - p)%nat p) as A. replace (p + (q - p))%nat with q in A by lia.
      specialize (KN p Hp). rewrite Rminus_0_r in KN. apply Rabs_def2 in KN. pose proof (P q).
      assert (0 <= 2 * c * (/ 2) ^ q) by (apply Rmult_le_pos; lra). lra. }
    intros p q Hp Hq. destruct (Nat.le_ge_cases p q).
    - rewrite Rabs_minus_sym. now apply G.
    - now apply G. }
  pose proof (Lim_seq_correct' u C) as L. split; [exact L|]. intro k.
  assert (Lk : is_lim_seq (fun p => Rabs (u (k + p)%nat - u k)) (Rabs (real (Lim_seq u) - u k))).
  { apply (is_lim_seq_abs _ (Finite (real (Lim_seq u) - u k))).
    apply (is_lim_seq_minus' (fun p => u (k + p)%nat) (fun _ => u k)); [|apply is_lim_seq_const].
    apply (is_lim_seq_ext (fun p => u (p + k)%nat)); [intro; f_equal; lia|].
    now apply (is_lim_seq_incr_n u k). }
  apply (is_lim_seq_le _ (fun _ => 2 * c * (/ 2) ^ k) (Finite _) (Finite _)) with (2 := Lk);
    [|apply is_lim_seq_const].
  intro p. pose proof (T p k). pose proof (P (k + p)%nat).
  assert (0 <= 2 * c * (/ 2) ^ (k + p)) by (apply Rmult_le_pos; lra). lra.
Qed.

Section Picard.
Variable n : nat.
Variable f : vec -> vec.
Variable K : R.
Hypothesis K_pos : 0 <= K.
Hypothesis f_lipschitz : lipschitz_by n f K.
Variable x0 : vec.

(** f along a continuous curve is continuous. *)
Lemma along (c : R -> vec) t : (forall i, (i < n)%nat -> continuous (fun s => c s i) t) ->
  forall i, (i < n)%nat -> continuous (fun s => f (c s) i) t.
Proof.
  intros Cc i Hi.
  assert (Cd : continuous (fun s => dist n (c t) (c s)) t).
  { unfold dist. clear - Cc. revert Cc. generalize n. intro p.
    induction p as [|p IH]; intro Cc; simpl; [apply continuous_const|].
    apply (continuous_plus (fun s => sum p (fun i => Rabs (c s i - c t i)))
      (fun s => Rabs (c s p - c t p))); [apply IH; intros; apply Cc; lia|].
    apply (continuous_comp (fun s => c s p - c t p) Rabs); [|apply continuous_Rabs].
    apply (continuous_minus (fun s => c s p) (fun _ => c t p)); [apply Cc; lia|apply continuous_const]. }
  apply filterlim_locally. intro eps. pose proof (cond_pos eps) as He.
  assert (Hq : 0 < eps / (K + 1)) by (apply Rdiv_lt_0_compat; lra).
  destruct (proj1 (filterlim_locally _ _) Cd (mkposreal _ Hq)) as (d & Kd). exists d.
  intros s Hs. specialize (Kd s Hs). change (Rabs (f (c s) i - f (c t) i) < eps).
  change (Rabs (dist n (c t) (c s) - dist n (c t) (c t)) < eps / (K + 1)) in Kd.
  rewrite (dist_agree n (c t) (c t)) in Kd by (intros j Hj; reflexivity). rewrite Rminus_0_r in Kd.
  pose proof (dist_nonneg n (c t) (c s)) as D. rewrite Rabs_pos_eq in Kd by exact D.
  apply Rle_lt_trans with (1 := f_lipschitz (c t) (c s) i Hi).
  apply (Rmult_lt_compat_l (K + 1)) in Kd; [|lra].
  replace ((K + 1) * (eps / (K + 1))) with (pos eps) in Kd by (field; lra). lra.
Qed.

(** One step of the iteration: x0 and the integral of f along a curve. Before the time 0 the curve is
    read backwards, so that the step has a derivative at 0 from both sides. *)
Definition step (c : R -> vec) : R -> vec := fun t i => x0 i + RInt (fun s => f (c (Rabs s)) i) 0 t.
Definition curve (c : R -> vec) : Prop := forall t i, (i < n)%nat -> continuous (fun s => c s i) t.

Lemma step_derive c t i : curve c -> (i < n)%nat ->
  is_derive (fun s => step c s i) t (f (c (Rabs t)) i).
Proof.
  intros Cc Hi.
  assert (C : forall s, continuous (fun s => f (c (Rabs s)) i) s).
  { intro s. apply (along (fun s => c (Rabs s))); [|exact Hi]. intros j Hj.
    apply (continuous_comp Rabs (fun s => c s j)); [apply continuous_Rabs|now apply Cc]. }
  unfold step. evar_last.
  { apply (is_derive_plus (fun _ => x0 i) (fun s => RInt (fun s => f (c (Rabs s)) i) 0 s));
      [apply (is_derive_const (x0 i))|].
    apply (is_derive_RInt (fun s => f (c (Rabs s)) i) _ 0 t); [|apply C].
    exists (mkposreal 1 Rlt_0_1). intros v _. apply (RInt_correct (V := R_CompleteNormedModule)).
    apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros z _. apply C. }
  unfold plus, zero; simpl. ring.
Qed.

Lemma step_curve c : curve c -> curve (step c).
Proof.
  intros Cc t i Hi.
  apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) (fun s => step c s i) t).
  eexists. now apply step_derive.
Qed.

Lemma step_start c i : step c 0 i = x0 i.
Proof. unfold step. rewrite RInt_point. unfold zero; simpl. ring. Qed.

Definition iterate (k : nat) : R -> vec := Nat.iter k step (fun _ => x0).

Lemma iterate_curve k : curve (iterate k).
Proof.
  induction k; [intros t i Hi; apply continuous_const|]. exact (step_curve (iterate k) IHk).
Qed.

(** Two curves that are near have steps that are nearer, at a distance that grows with time. *)
Definition Q : R := INR n * K + 1.

Lemma step_nearer c e B t i : curve c -> curve e -> 0 <= t -> (i < n)%nat ->
  (forall s j, 0 <= s -> (j < n)%nat -> Rabs (e s j - c s j) <= B * exp (2 * Q * s)) ->
  Rabs (step e t i - step c t i) <= B / 2 * exp (2 * Q * t).
Proof.
  intros Cc Ce Ht Hi H. pose proof (pos_INR n) as Pn.
  assert (HQ : 1 <= Q) by (unfold Q; nra).
  assert (HB : 0 <= B).
  { specialize (H 0 i ltac:(lra) Hi). rewrite Rmult_0_r, exp_0 in H.
    pose proof (Rabs_pos (e 0 i - c 0 i)). lra. }
  pose proof (slower (fun s => step e s i - step c s i)
    (fun s => f (e (Rabs s)) i - f (c (Rabs s)) i)
    (fun s => B / 2 * exp (2 * Q * s)) (fun s => B * Q * exp (2 * Q * s)) t Ht) as A.
  cbv beta in A. rewrite !step_start in A.
  replace (step e t i - step c t i - (x0 i - x0 i)) with (step e t i - step c t i) in A by ring.
  rewrite Rmult_0_r, exp_0 in A.
  apply Rle_trans with (B / 2 * exp (2 * Q * t) - B / 2 * 1); [|lra]. apply A.
  - intros s _. apply (is_derive_minus (fun s => step e s i) (fun s => step c s i));
      now apply step_derive.
  - intros s _. auto_derive; auto. field.
  - intros s (Hs & _). rewrite (Rabs_pos_eq s Hs).
    eapply Rle_trans; [apply (f_lipschitz (c s) (e s) i Hi)|].
    apply Rle_trans with (K * (INR n * (B * exp (2 * Q * s)))).
    + apply Rmult_le_compat_l; [exact K_pos|]. unfold dist.
      replace (INR n * (B * exp (2 * Q * s))) with (sum n (fun _ => B * exp (2 * Q * s))).
      * apply sum_le. intros j Hj. now apply H.
      * clear. induction n as [|p IH]; [simpl; ring|]. rewrite S_INR. simpl sum. rewrite IH. ring.
    + pose proof (exp_pos (2 * Q * s)). assert (0 <= B * exp (2 * Q * s)) by (apply Rmult_le_pos; lra).
      set (E := exp (2 * Q * s)) in *. unfold Q. lra.
Qed.

Definition speed : R := sum n (fun i => Rabs (f x0 i)).

Lemma iterate_near k : forall t i, 0 <= t -> (i < n)%nat ->
  Rabs (iterate (S k) t i - iterate k t i) <= speed * (/ 2) ^ k * exp (2 * Q * t).
Proof.
  induction k; intros t i Ht Hi.
  - assert (HS : Rabs (f x0 i) <= speed).
    { apply (sum_term n (fun i => Rabs (f x0 i))); auto. intros; apply Rabs_pos. }
    pose proof (slower (fun s => step (fun _ => x0) s i) (fun _ => f x0 i) (fun s => speed * s)
      (fun _ => speed) t Ht) as A. cbv beta in A. rewrite step_start in A.
    change (iterate 1 t i) with (step (fun _ => x0) t i). change (iterate 0 t i) with (x0 i).
    apply Rle_trans with (speed * t - speed * 0).
    + apply A.
      * intros s _. apply step_derive; [|exact Hi]. intros u j Hj. apply continuous_const.
      * intros s _. auto_derive; auto. ring.
      * intros s _. exact HS.
    + pose proof (exp_ineq1_le (2 * Q * t)). pose proof (pos_INR n). pose proof (Rabs_pos (f x0 i)).
      assert (1 <= Q) by (unfold Q; nra). simpl pow. assert (t <= exp (2 * Q * t)) by nra. nra.
  - change (iterate (S (S k))) with (step (iterate (S k))). change (iterate (S k)) with (step (iterate k)).
    replace (speed * (/ 2) ^ S k) with (speed * (/ 2) ^ k / 2) by (simpl; field).
    apply step_nearer; [exact (iterate_curve k)|exact (iterate_curve (S k))|exact Ht|exact Hi|].
    intros s j Hs Hj. now apply IHk.
Qed.

(** The limit of the iteration, and what one more step makes of it. *)
Definition limit : R -> vec := fun t i => real (Lim_seq (fun k => iterate k (Rabs t) i)).

Lemma speed_pos : 0 <= speed.
Proof. apply sum_nonneg. intros; apply Rabs_pos. Qed.

Lemma limit_near k t i : (i < n)%nat ->
  Rabs (limit t i - iterate k (Rabs t) i) <= 2 * speed * exp (2 * Q * Rabs t) * (/ 2) ^ k.
Proof.
  intro Hi. pose proof speed_pos. pose proof (exp_pos (2 * Q * Rabs t)).
  destruct (halved_steps (fun k => iterate k (Rabs t) i) (speed * exp (2 * Q * Rabs t))) as (_ & A).
  - apply Rmult_le_pos; lra.
  - intro p. pose proof (iterate_near p (Rabs t) i (Rabs_pos t) Hi). lra.
  - specialize (A k). unfold limit. lra.
Qed.

Lemma small_power c eps : 0 < eps -> exists k, c * (/ 2) ^ k < eps.
Proof.
  intro He. assert (Z : is_lim_seq (fun k => c * (/ 2) ^ k) 0).
  { replace (Finite 0) with (Rbar_mult c 0) by (simpl; f_equal; ring).
    apply is_lim_seq_scal_l. apply is_lim_seq_geom. rewrite Rabs_pos_eq; lra. }
  apply is_lim_seq_spec in Z. destruct (Z (mkposreal eps He)) as (N & KN). exists N.
  specialize (KN N (le_n N)). simpl in KN. rewrite Rminus_0_r in KN. now apply Rabs_def2 in KN.
Qed.

Lemma limit_curve : curve limit.
Proof.
  intros t i Hi. apply filterlim_locally. intro eps. pose proof (cond_pos eps) as He.
  set (c := 2 * speed * exp (2 * Q * (Rabs t + 1))).
  destruct (small_power c (eps / 3) ltac:(lra)) as (k & Hk).
  assert (C : continuous (fun s => iterate k (Rabs s) i) t).
  { apply (continuous_comp Rabs (fun s => iterate k s i)); [apply continuous_Rabs|].
    now apply iterate_curve. }
  assert (He3 : 0 < eps / 3) by lra.
  destruct (proj1 (filterlim_locally _ _) C (mkposreal _ He3)) as (d & Kd).
  assert (Hd : 0 < Rmin d 1) by (apply Rmin_pos; [apply cond_pos|lra]). exists (mkposreal _ Hd).
  refine (fun (s : R) (Bs : Rabs (s - t) < Rmin d 1) => _).
  pose proof (Rmin_l d 1). pose proof (Rmin_r d 1).
  assert (A : Rabs (iterate k (Rabs s) i - iterate k (Rabs t) i) < eps / 3).
  { apply (Kd s). change (Rabs (s - t) < d). lra. }
  assert (G : forall v, Rabs v <= Rabs t + 1 -> Rabs (limit v i - iterate k (Rabs v) i) < eps / 3).
  { intros v Hv. apply Rle_lt_trans with (1 := limit_near k v i Hi).
    apply Rle_lt_trans with (2 := Hk). apply Rmult_le_compat_r; [apply pow_le; lra|]. unfold c.
    pose proof speed_pos. apply Rmult_le_compat_l; [lra|]. pose proof (pos_INR n).
    assert (1 <= Q) by (unfold Q; nra).
    destruct (Req_dec (Rabs v) (Rabs t + 1)) as [->|Hn]; [lra|].
    apply Rlt_le, exp_increasing. apply Rmult_lt_compat_l; lra. }
  assert (G1 := G t ltac:(lra)).
  assert (G2 : Rabs (limit s i - iterate k (Rabs s) i) < eps / 3).
  { apply G. replace s with (s - t + t) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra. }
  change (Rabs (limit s i - limit t i) < eps).
  apply Rabs_def2 in A. apply Rabs_def2 in G1. apply Rabs_def2 in G2. apply Rabs_def1; lra.
Qed.

Lemma step_limit t i : 0 <= t -> (i < n)%nat -> step limit t i = limit t i.
Proof.
  intros Ht Hi. apply Rminus_diag_uniq. apply Rabs_eq_0. apply Rle_antisym; [|apply Rabs_pos].
  apply le_epsilon. intros eps He. rewrite Rplus_0_l.
  destruct (small_power (2 * speed * exp (2 * Q * t)) eps He) as (k & Hk).
  assert (A : Rabs (step limit t i - step (iterate k) t i)
    <= 2 * speed * (/ 2) ^ k / 2 * exp (2 * Q * t)).
  { apply step_nearer; auto using iterate_curve, limit_curve. intros s j Hs Hj.
    pose proof (limit_near k s j Hj) as L. rewrite (Rabs_pos_eq s) in L by exact Hs. lra. }
  pose proof (limit_near (S k) t i Hi) as L. rewrite (Rabs_pos_eq t) in L by exact Ht.
  change (iterate (S k)) with (step (iterate k)) in L.
  replace (step limit t i - limit t i)
    with ((step limit t i - step (iterate k) t i) - (limit t i - step (iterate k) t i)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. simpl pow in L. lra.
Qed.

(** Picard and Lindeloef: from every state there is a solution. *)
Theorem solution_exists : exists x, agree n (x 0) x0 /\ solves n f x.
Proof.
  exists (step limit). split; [intros i Hi; apply step_start|]. intros t Ht i Hi.
  evar_last; [apply (step_derive limit t i limit_curve Hi)|]. rewrite (Rabs_pos_eq t Ht).
  assert (D : Rabs (f (step limit t) i - f (limit t) i) <= 0).
  { apply Rle_trans with (1 := f_lipschitz (limit t) (step limit t) i Hi).
    rewrite (dist_agree n (limit t) (step limit t)); [lra|]. intros j Hj. now rewrite step_limit. }
  pose proof (Rabs_pos (f (step limit t) i - f (limit t) i)).
  assert (Z : Rabs (f (step limit t) i - f (limit t) i) = 0) by lra. apply Rabs_eq_0 in Z. lra.
Qed.
End Picard.
