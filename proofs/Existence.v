(** Solutions of x' = f(x), for all times t >= 0 (Picard, Lindeloef). A Lipschitz f has one from every
    state. An f that is Lipschitz on a cell only, and points inward where the cell ends, has one from
    every state of the cell, and it stays there. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Gronwall Model Slopes Cells.
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

(** A solution is bounded on a bounded time. *)
Lemma solution_bounded n f x T : solves n f x -> 0 <= T ->
  exists B, 0 <= B /\ forall i s, (i < n)%nat -> 0 <= s <= T -> Rabs (x s i) <= B.
Proof.
  intros Hx HT. assert (G : forall p, (p <= n)%nat ->
    exists B, 0 <= B /\ forall i s, (i < p)%nat -> 0 <= s <= T -> Rabs (x s i) <= B).
  { induction p as [|p IH]; intro Hp; [exists 0; split; [lra|intros; lia]|].
    destruct IH as (B & HB & KB); [lia|].
    destruct (continuity_ab_maj (fun s => Rabs (x s p)) 0 T HT) as (M & KM & _).
    { intros s Hs. apply continuity_pt_filterlim. apply (continuous_comp (fun s => x s p) Rabs).
      - apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) (fun s => x s p) s).
        eexists. apply Hx; [lra|lia].
      - apply continuous_Rabs. }
    exists (Rmax B (Rabs (x M p))). split; [apply Rle_trans with (1 := HB), Rmax_l|].
    intros i s Hi Hs. destruct (Nat.eq_dec i p) as [->|Hne].
    - apply Rle_trans with (2 := Rmax_r _ _). now apply KM.
    - apply Rle_trans with (2 := Rmax_l _ _). apply KB; [lia|auto]. }
  apply (G n). lia.
Qed.

(** f is Lipschitz on every bounded set. *)
Definition locally_lipschitz_field (n : nat) (f : vec -> vec) : Prop := forall B, exists K, 0 <= K /\
  forall x y i, (i < n)%nat -> (forall j, (j < n)%nat -> Rabs (x j) <= B) ->
    (forall j, (j < n)%nat -> Rabs (y j) <= B) -> Rabs (f y i - f x i) <= K * dist n x y.

Lemma dist_square n x y : dist n x y * dist n x y
  <= INR n * sum n (fun i => (y i - x i) * (y i - x i)).
Proof.
  unfold dist. pose proof (sum_cs n (fun _ => 1) (fun i => Rabs (y i - x i))) as C. cbv beta in C.
  rewrite (sum_ext n (fun i => 1 * Rabs (y i - x i)) (fun i => Rabs (y i - x i))) in C
    by (intros; ring).
  rewrite (sum_ext n (fun i => Rabs (y i - x i) * Rabs (y i - x i))
    (fun i => (y i - x i) * (y i - x i))) in C
    by (intros; rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
  assert (E : sum n (fun _ => 1 * 1) = INR n).
  { clear. induction n as [|m IH]; [reflexivity|]. rewrite S_INR. simpl. rewrite IH. ring. }
  now rewrite E in C.
Qed.

(** Two solutions that start at one state are the same at all times. *)
Theorem solution_unique n f x y : locally_lipschitz_field n f -> solves n f x -> solves n f y ->
  agree n (x 0) (y 0) -> forall t, 0 <= t -> agree n (x t) (y t).
Proof.
  intros Hf Hx Hy H0 t Ht.
  destruct (solution_bounded n f x t Hx Ht) as (Bx & HBx & KBx).
  destruct (solution_bounded n f y t Hy Ht) as (By & HBy & KBy).
  destruct (Hf (Rmax Bx By)) as (K & HK & KK).
  set (u := fun s => sum n (fun i => (y s i - x s i) * (y s i - x s i))).
  set (du := fun s => sum n (fun i => 2 * ((y s i - x s i) * (f (y s) i - f (x s) i)))).
  pose proof (gronwall_on u du (2 * K * INR n) t Ht) as G.
  assert (U : u t <= u 0 * exp (2 * K * INR n * t)).
  { apply G.
    - intros s Hs. apply (is_derive_sum n (fun s i => (y s i - x s i) * (y s i - x s i))).
      intros i Hi.
      pose proof (is_derive_minus _ _ _ _ _ (Hy s (proj1 Hs) i Hi) (Hx s (proj1 Hs) i Hi)) as D.
      evar_last. { apply (is_derive_mult (fun s => y s i - x s i) (fun s => y s i - x s i) s _ _ D D).
        intros; apply Rmult_comm. }
      unfold plus, mult, minus, plus, opp; simpl. ring.
    - intros s Hs. apply Rle_trans with (2 * K * (dist n (x s) (y s) * dist n (x s) (y s))).
      + unfold du. rewrite sum_scal, Rmult_assoc. apply Rmult_le_compat_l; [lra|].
        rewrite <- Rmult_assoc. unfold dist at 2. rewrite <- sum_scal. apply sum_le. intros i Hi.
        eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult, Rmult_comm.
        apply Rmult_le_compat_r; [apply Rabs_pos|]. apply KK; [exact Hi| |]; intros j Hj.
        * apply Rle_trans with (2 := Rmax_l _ _). now apply KBx.
        * apply Rle_trans with (2 := Rmax_r _ _). now apply KBy.
      + pose proof (dist_square n (x s) (y s)) as C. unfold u. rewrite (Rmult_assoc (2 * K) (INR n)).
        apply Rmult_le_compat_l; [lra|exact C]. }
  assert (U0 : u 0 = 0).
  { unfold u. transitivity (sum n (fun _ => 0)); [|apply sum_zero].
    apply sum_ext. intros i Hi. rewrite (H0 i Hi). ring. }
  rewrite U0, Rmult_0_l in U. intros i Hi.
  assert (Z : (y t i - x t i) * (y t i - x t i) = 0).
  { apply (sum_zero_all n (fun i => (y t i - x t i) * (y t i - x t i))); auto.
    intros; apply Rle_0_sqr. }
  apply Rmult_integral in Z. lra.
Qed.

Lemma lipschitz_locally n f K : 0 <= K -> lipschitz_by n f K -> locally_lipschitz_field n f.
Proof. intros HK H B. exists K. split; [exact HK|]. intros x y i Hi _ _. now apply H. Qed.

(** x is the solution of x' = f(x) from the state x0. *)
Definition the_solution (n : nat) (f : vec -> vec) (x0 : vec) (x : R -> vec) : Prop :=
  agree n (x 0) x0 /\ solves n f x /\
  forall y, agree n (y 0) x0 -> solves n f y -> forall t, 0 <= t -> agree n (x t) (y t).

(** Picard and Lindeloef, complete. *)
Theorem picard_lindeloef n f K x0 : 0 <= K -> lipschitz_by n f K -> exists x, the_solution n f x0 x.
Proof.
  intros HK Hf. destruct (solution_exists n f K HK Hf x0) as (x & H0 & Hx).
  exists x. split; [exact H0|]. split; [exact Hx|]. intros y Hy0 Hy. apply (solution_unique n f); auto.
  - now apply lipschitz_locally with K.
  - intros i Hi. now rewrite (H0 i Hi), (Hy0 i Hi).
Qed.

(** Inside a cell. *)
Section Cell.
Variable n : nat.
Variable f : vec -> vec.
Variables lo hi : nat -> Rbar.
Variable K : R.
Hypothesis K_pos : 0 <= K.
Hypothesis f_lipschitz : forall x y i, in_cell n lo hi x -> in_cell n lo hi y -> (i < n)%nat ->
  Rabs (f y i - f x i) <= K * dist n x y.
(** At its ends, f points inward, or along them. *)
Hypothesis inward : forall x i, in_cell n lo hi x -> (i < n)%nat ->
  (lo i = Finite (x i) -> 0 <= f x i) /\ (hi i = Finite (x i) -> f x i <= 0).

(** From every state of the cell there is a solution, and it stays in the cell. *)
Theorem solution_exists_in_cell x0 : in_cell n lo hi x0 ->
  exists x, agree n (x 0) x0 /\ solves n f x /\ forall t, 0 <= t -> in_cell n lo hi (x t).
Proof.
  intro H0.
  assert (NC : forall x, in_cell n lo hi (nearest lo hi x)) by (intro; now apply nearest_in_cell with x0).
  destruct (solution_exists n (fun x => f (nearest lo hi x)) K K_pos) with (x0 := x0) as (x & X0 & Hx).
  { intros x y i Hi. apply Rle_trans with (1 := f_lipschitz _ _ i (NC x) (NC y) Hi).
    apply Rmult_le_compat_l; [exact K_pos|]. apply sum_le. intros j Hj. unfold nearest.
    pose proof (slopes_lipschitz (clamp (lo j) (hi j)) 1 (x j) (y j)) as L. rewrite Rmult_1_l in L.
    apply L. intros p q Hpq. rewrite Rmult_1_l. exact (clamp_slopes _ _ (x0 j) (H0 j Hj) p q Hpq). }
  set (r := fun s i => off (lo i) (hi i) (x s i)).
  assert (S : forall t, 0 <= t -> in_cell n lo hi (x t)).
  { intros t Ht. set (u := fun s => sum n (fun i => r s i * r s i)).
    pose proof (gronwall_on u (fun s => sum n (fun i => 2 * (r s i * f (nearest lo hi (x s)) i))) 0 t Ht)
      as G.
    assert (U : u t <= u 0 * exp (0 * t)).
    { apply G.
      - intros s Hs. apply (is_derive_sum n (fun s i => r s i * r s i)). intros i Hi.
        pose proof (off_square (lo i) (hi i) (x0 i) (H0 i Hi) (x s i)) as Q1.
        pose proof (is_derive_comp _ (fun s => x s i) s _ _ Q1 (Hx s (proj1 Hs) i Hi)) as Q2.
        evar_last; [exact Q2|]. unfold scal; simpl. unfold mult; simpl. unfold r. ring.
      - intros s _. rewrite Rmult_0_l. rewrite <- (sum_zero n). apply sum_le. intros i Hi.
        destruct (inward (nearest lo hi (x s)) i (NC (x s)) Hi) as (I1 & I2).
        destruct (Rtotal_order (r s i) 0) as [A|[A|A]].
        + pose proof (I1 (proj1 (off_end _ _ (x0 i) (H0 i Hi) (x s i)) A)). nra.
        + rewrite A. lra.
        + pose proof (I2 (proj2 (off_end _ _ (x0 i) (H0 i Hi) (x s i)) A)). nra. }
    assert (U0 : u 0 = 0).
    { unfold u. transitivity (sum n (fun _ => 0)); [|apply sum_zero]. apply sum_ext. intros i Hi.
      assert (R0 : r 0 i = 0); [|rewrite R0; ring]. unfold r, off. rewrite (X0 i Hi).
      rewrite (clamp_id _ _ (x0 i) (H0 i Hi) _ (H0 i Hi)). ring. }
    rewrite U0, Rmult_0_l in U. intros i Hi.
    assert (Z : r t i * r t i = 0).
    { apply (sum_zero_all n (fun i => r t i * r t i)); auto. intros; apply Rle_0_sqr. }
    assert (Z' : r t i = 0) by (apply Rmult_integral in Z; lra). unfold r, off in Z'.
    replace (x t i) with (nearest lo hi (x t) i) by (unfold nearest; lra). now apply NC. }
  exists x. split; [exact X0|]. split; [|exact S]. intros t Ht i Hi.
  evar_last; [now apply Hx|]. cbv beta.
  assert (D : Rabs (f (nearest lo hi (x t)) i - f (x t) i) <= 0).
  { apply Rle_trans with (1 := f_lipschitz _ _ i (S t Ht) (NC (x t)) Hi).
    rewrite (dist_agree n (x t) (nearest lo hi (x t))); [lra|]. intros j Hj. unfold nearest.
    symmetry. apply (clamp_id _ _ (x0 j) (H0 j Hj)). now apply S. }
  pose proof (Rabs_pos (f (nearest lo hi (x t)) i - f (x t) i)).
  assert (Z : Rabs (f (nearest lo hi (x t)) i - f (x t) i) = 0) by lra. apply Rabs_eq_0 in Z. lra.
Qed.
End Cell.
