(** D5: flips that linear drives set right, by the margins of a pattern. *)
From Coq Require Import ZArith Lia Bool.
From Hopverify Require Import Spins Subsets.
Open Scope Z_scope.

Section Margins.
Variable n : nat.
Variable W : nat -> nat -> Z.
Variable b : nat -> Z.
Notation drive := (drive n W b).
Notation update := (update n W b).
Notation agree := (agree n).

(** The pattern xi, the number k of flips, a_ij, m_i and C_k(i) of docs/theory.md. *)
Variable xi : state.
Variable k : nat.
Hypothesis xi_spins : spins n xi.
Definition coefficient (i j : nat) : Z := xi i * W i j * xi j.
Definition margin (i : nat) : Z := zsum n (coefficient i) + xi i * b i.
Definition others (i j : nat) : Z := if Nat.eqb j i then 0 else coefficient i j.
Definition largest (l i : nat) : Z := best n l (others i).

(** The premise of D5. *)
Definition right_stays : Prop := forall i, (i < n)%nat -> 0 <= margin i - 2 * largest k i.
Definition wrong_is_set_right : Prop := (1 <= k)%nat -> forall i, (i < n)%nat ->
  0 < margin i - 2 * coefficient i i - 2 * largest (k - 1) i.

(** The neurons that differ from the pattern. *)
Definition wrong (s : state) (j : nat) : bool := negb (s j =? xi j).

Lemma wrong_cases s j : spins n s -> (j < n)%nat -> s j = if wrong s j then - xi j else xi j.
Proof.
  intros Hs Hj. specialize (Hs j Hj). pose proof (xi_spins j Hj). unfold wrong.
  destruct (Z.eqb_spec (s j) (xi j)); simpl; lia.
Qed.

(** xi_i f_i = m_i - 2 sum of a_ij over the wrong neurons j *)
Lemma drive_at s i : spins n s -> (i < n)%nat ->
  xi i * drive s i = margin i - 2 * over n (wrong s) (coefficient i).
Proof.
  intros Hs Hi. unfold Spins.drive, margin, over. rewrite Z.mul_add_distr_l, <- zsum_scal.
  rewrite (zsum_ext n _ (fun j => coefficient i j
    + -2 * (if wrong s j then coefficient i j else 0))).
  - rewrite zsum_plus, zsum_scal. ring.
  - intros j Hj. rewrite (wrong_cases s j Hs Hj) at 1. unfold coefficient. destruct (wrong s j); ring.
Qed.

Lemma settle_right f s i : (i < n)%nat -> (s = xi i /\ 0 <= xi i * f) \/ 0 < xi i * f ->
  settle f s = xi i.
Proof.
  intros Hi H. pose proof (xi_spins i Hi). unfold settle.
  destruct (Z.ltb_spec 0 f); [|destruct (Z.ltb_spec f 0)]; nia.
Qed.

Section Sufficient.
Hypothesis stays : right_stays.
Hypothesis sets : wrong_is_set_right.

(** D5: wherever at most k neurons are wrong, an update sets each neuron to that of the pattern. *)
Theorem D5_sets_right s i : spins n s -> (count n (wrong s) <= k)%nat -> (i < n)%nat ->
  settle (drive s i) (s i) = xi i.
Proof.
  intros Hs Hk Hi. apply (settle_right _ _ i Hi). rewrite (drive_at s i Hs Hi).
  rewrite (over_without n i (wrong s) (coefficient i) Hi). fold (others i).
  pose proof (wrong_cases s i Hs Hi) as Wi. destruct (wrong s i) eqn:E.
  - right. pose proof (count_without n i (wrong s) Hi E) as C.
    pose proof (best_bound n (k - 1) (without i (wrong s)) (others i) ltac:(lia)) as B.
    specialize (sets ltac:(lia) i Hi). unfold largest in sets.
    change (fun j => if Nat.eqb j i then 0 else coefficient i j) with (others i). lia.
  - left. split; [exact Wi|].
    assert (C : (count n (without i (wrong s)) <= count n (wrong s))%nat).
    { apply count_le. intros j _. unfold without. now destruct (wrong s j). }
    pose proof (best_bound n k (without i (wrong s)) (others i) ltac:(lia)) as B.
    specialize (stays i Hi). unfold largest in stays.
    change (fun j => if Nat.eqb j i then 0 else coefficient i j) with (others i). lia.
Qed.

(** D5: a synchronous update leads to the pattern. *)
Theorem D5_synchronous s : spins n s -> (count n (wrong s) <= k)%nat -> agree (update all s) xi.
Proof. intros Hs Hk i Hi. now apply D5_sets_right. Qed.

(** D5: so does every run that sets each neuron at some time, one by one or in groups U t. *)
Theorem D5_asynchronous (x : nat -> state) (U : nat -> nat -> bool) T :
  spins n (x 0%nat) -> (count n (wrong (x 0%nat)) <= k)%nat ->
  (forall t, x (S t) = update (U t) (x t)) ->
  (forall i, (i < n)%nat -> exists t, (t < T)%nat /\ U t i = true) -> agree (x T) xi.
Proof.
  intros H0 K0 Hx Hall. assert (Hs : forall t, spins n (x t)).
  { induction t; [auto|]. rewrite Hx. now apply update_spins. }
  assert (Step : forall t i, (count n (wrong (x t)) <= k)%nat -> (i < n)%nat ->
    x (S t) i = if U t i then xi i else x t i).
  { intros t i K Hi. rewrite Hx. unfold Spins.update. destruct (U t i); [|reflexivity].
    now apply D5_sets_right. }
  assert (Ball : forall t, (count n (wrong (x t)) <= k)%nat).
  { induction t as [|t IH]; [auto|]. apply Nat.le_trans with (2 := IH). apply count_le.
    intros i Hi. unfold wrong. rewrite (Step t i IH Hi).
    destruct (U t i); [rewrite Z.eqb_refl; discriminate|auto]. }
  intros i Hi. destruct (Hall i Hi) as (t & Ht & Ut).
  assert (G : forall m, x (m + S t)%nat i = xi i).
  { induction m as [|m IH]; simpl.
    - rewrite (Step t i (Ball t) Hi), Ut. reflexivity.
    - rewrite (Step (m + S t)%nat i (Ball _) Hi), IH. now destruct (U (m + S t)%nat i). }
  specialize (G (T - S t)%nat). now replace (T - S t + S t)%nat with T in G by lia.
Qed.
End Sufficient.

(** The state that differs from the pattern on F. *)
Definition flipped (F : nat -> bool) : state := fun j => if F j then - xi j else xi j.

Lemma flipped_spins F : spins n (flipped F).
Proof. intros j Hj. pose proof (xi_spins j Hj). unfold flipped. destruct (F j); lia. Qed.

Lemma wrong_flipped F j : (j < n)%nat -> wrong (flipped F) j = F j.
Proof.
  intro Hj. pose proof (xi_spins j Hj). unfold wrong, flipped.
  destruct (F j); [|now rewrite Z.eqb_refl]. destruct (Z.eqb_spec (- xi j) (xi j)); [lia|reflexivity].
Qed.

Lemma over_wrong_flipped F f : over n (wrong (flipped F)) f = over n F f.
Proof. apply zsum_ext. intros j Hj. now rewrite wrong_flipped. Qed.

(** The largest sum over other neurons is one over a set that leaves i out. *)
Lemma largest_attained l i : (i < n)%nat ->
  exists F, (count n F <= l)%nat /\ F i = false /\ over n F (coefficient i) = largest l i.
Proof.
  intro Hi. destruct (best_attained n l (others i)) as (F & C & O). exists (without i F).
  assert (Fi : without i F i = false) by (unfold without; rewrite Nat.eqb_refl; apply andb_false_r).
  split; [|split; [exact Fi|]].
  - apply Nat.le_trans with (2 := C). apply count_le. intros j _. unfold without. now destruct (F j).
  - unfold largest. rewrite <- O. apply zsum_ext. intros j _. unfold without, others.
    destruct (Nat.eqb j i), (F j); reflexivity.
Qed.

(** D5: the premise is necessary for the synchronous update to lead to the pattern. *)
Theorem D5_necessary :
  (forall s, spins n s -> (count n (wrong s) <= k)%nat -> agree (update all s) xi) ->
  right_stays /\ wrong_is_set_right.
Proof.
  intro H. split.
  - intros i Hi. destruct (largest_attained k i Hi) as (F & C & Fi & O).
    specialize (H (flipped F) (flipped_spins F)). rewrite (count_ext n _ F) in H by apply wrong_flipped.
    specialize (H C i Hi). pose proof (drive_at (flipped F) i (flipped_spins F) Hi) as D.
    rewrite over_wrong_flipped, O in D. rewrite <- D.
    unfold Spins.update, all, settle in H. pose proof (xi_spins i Hi).
    destruct (Z.ltb_spec 0 (drive (flipped F) i)); [|destruct (Z.ltb_spec (drive (flipped F) i) 0)]; nia.
  - intros Hk i Hi. destruct (largest_attained (k - 1) i Hi) as (F & C & Fi & O).
    set (G := fun j => if Nat.eqb j i then true else F j).
    assert (Gi : G i = true) by (unfold G; now rewrite Nat.eqb_refl).
    assert (GF : forall j, (j < n)%nat -> without i G j = F j).
    { intros j _. unfold without, G. destruct (Nat.eqb_spec j i); [now subst|apply andb_true_r]. }
    assert (CG : (count n G <= k)%nat).
    { rewrite (count_without n i G Hi Gi), (count_ext n _ F GF). lia. }
    specialize (H (flipped G) (flipped_spins G)). rewrite (count_ext n _ G) in H by apply wrong_flipped.
    specialize (H CG i Hi). pose proof (drive_at (flipped G) i (flipped_spins G) Hi) as D.
    assert (OG : over n G (coefficient i) = coefficient i i + largest (k - 1) i).
    { rewrite (over_without n i G _ Hi), Gi. f_equal. rewrite <- O. apply zsum_ext. intros j Hj.
      rewrite (GF j Hj). destruct (Nat.eqb_spec j i); [subst; now rewrite Fi|reflexivity]. }
    rewrite over_wrong_flipped, OG in D.
    unfold Spins.update, all, settle in H. pose proof (xi_spins i Hi).
    assert (Fl : flipped G i = - xi i) by (unfold flipped; now rewrite Gi). rewrite Fl in H.
    destruct (Z.ltb_spec 0 (drive (flipped G) i)); [|destruct (Z.ltb_spec (drive (flipped G) i) 0)]; nia.
Qed.
End Margins.
