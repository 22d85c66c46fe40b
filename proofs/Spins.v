(** Networks of spins, in whole numbers: a model with rational weights becomes one when it is multiplied
    by their denominator. A state is a function nat -> Z, of which the first n values count and are +1 or
    -1. No axiom is used. *)
From Coq Require Import ZArith Lia List Bool.
Open Scope Z_scope.

Definition state := nat -> Z.

Fixpoint zsum (n : nat) (f : nat -> Z) : Z :=
  match n with O => 0 | S m => zsum m f + f m end.

Lemma zsum_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> zsum n f = zsum n g.
Proof. induction n; intro H; simpl; [reflexivity|]. rewrite IHn, (H n); auto. Qed.

Lemma zsum_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> zsum n f <= zsum n g.
Proof.
  induction n; intro H; simpl; [lia|].
  assert (f n <= g n) by (apply H; lia). assert (zsum n f <= zsum n g) by (apply IHn; auto). lia.
Qed.

Lemma zsum_zero n : zsum n (fun _ => 0) = 0.
Proof. induction n; simpl; lia. Qed.

Lemma zsum_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= zsum n f.
Proof. intro H. rewrite <- (zsum_zero n). now apply zsum_le. Qed.

Lemma zsum_plus n f g : zsum n (fun i => f i + g i) = zsum n f + zsum n g.
Proof. induction n; simpl; lia. Qed.

Lemma zsum_scal n c f : zsum n (fun i => c * f i) = c * zsum n f.
Proof. induction n; simpl; [lia|]. rewrite IHn. ring. Qed.

Lemma zsum_exchange n m f :
  zsum n (fun i => zsum m (fun j => f i j)) = zsum m (fun j => zsum n (fun i => f i j)).
Proof. induction n; simpl; [now rewrite zsum_zero|]. now rewrite IHn, <- zsum_plus. Qed.

(** Of a sum whose terms vanish off i, the term i is left. *)
Lemma zsum_single n f i : (i < n)%nat -> (forall j, (j < n)%nat -> j <> i -> f j = 0) -> zsum n f = f i.
Proof.
  induction n; intros Hi H; [lia|]. simpl. destruct (Nat.eq_dec i n) as [->|Hne].
  - rewrite (zsum_ext n f (fun _ => 0)), zsum_zero; [lia|]. intros j Hj. apply H; lia.
  - rewrite IHn, (H n); [lia|lia|lia|lia|]. intros j Hj. apply H. lia.
Qed.

Lemma zsum_term n f i : (forall j, (j < n)%nat -> 0 <= f j) -> (i < n)%nat -> f i <= zsum n f.
Proof.
  induction n; intros H Hi; [lia|]. simpl. assert (0 <= f n) by (apply H; lia).
  assert (0 <= zsum n f) by (apply zsum_nonneg; auto). destruct (Nat.eq_dec i n); [subst; lia|].
  assert (f i <= zsum n f) by (apply IHn; auto; lia). lia.
Qed.

Section Spins.
Variable n : nat.
Variable W : nat -> nat -> Z.
Variable b : nat -> Z.

Definition spins (s : state) : Prop := forall i, (i < n)%nat -> s i = 1 \/ s i = -1.
Definition agree (s t : state) : Prop := forall i, (i < n)%nat -> s i = t i.
Definition symmetric : Prop := forall i j, (i < n)%nat -> (j < n)%nat -> W i j = W j i.

(** f_i = (W s + b)_i *)
Definition drive (s : state) (i : nat) : Z := zsum n (fun j => W i j * s j) + b i.

(** s^T W t *)
Definition pair (s t : state) : Z := zsum n (fun i => s i * zsum n (fun j => W i j * t j)).

(** Twice the energy: 2 E(s) = - s^T W s - 2 b.s *)
Definition energy2 (s : state) : Z := - pair s s - 2 * zsum n (fun i => b i * s i).

(** The drive rule: a neuron becomes the sign of its drive; a tie keeps its state. *)
Definition settle (f old : Z) : Z := if 0 <? f then 1 else if f <? 0 then -1 else old.

(** The neurons i with [U i] are updated together. *)
Definition update (U : nat -> bool) (s : state) : state :=
  fun i => if U i then settle (drive s i) (s i) else s i.
Definition all (i : nat) : bool := true.
Definition flip (i : nat) (s : state) : state := fun j => if Nat.eqb j i then - s j else s j.

Lemma agree_sym s t : agree s t -> agree t s.
Proof. intros H i Hi. symmetry. now apply H. Qed.

Lemma agree_trans s t u : agree s t -> agree t u -> agree s u.
Proof. intros H K i Hi. rewrite (H i Hi). now apply K. Qed.

Lemma drive_agree s t i : agree s t -> drive s i = drive t i.
Proof. intro H. unfold drive. f_equal. apply zsum_ext. intros j Hj. now rewrite (H j Hj). Qed.

Lemma update_agree U s t : agree s t -> agree (update U s) (update U t).
Proof. intros H i Hi. unfold update. now rewrite (drive_agree s t i H), (H i Hi). Qed.

Lemma pair_agree s s' t t' : agree s s' -> agree t t' -> pair s t = pair s' t'.
Proof.
  intros H K. apply zsum_ext. intros i Hi. rewrite (H i Hi). f_equal. apply zsum_ext.
  intros j Hj. now rewrite (K j Hj).
Qed.

Lemma energy2_agree s t : agree s t -> energy2 s = energy2 t.
Proof.
  intro H. unfold energy2. rewrite (pair_agree s t s t H H). do 2 f_equal. apply zsum_ext.
  intros i Hi. now rewrite (H i Hi).
Qed.

Lemma pair_plus_l s d t : pair (fun i => s i + d i) t = pair s t + pair d t.
Proof. unfold pair. rewrite <- zsum_plus. apply zsum_ext. intros. ring. Qed.

Lemma pair_plus_r s t d : pair s (fun i => t i + d i) = pair s t + pair s d.
Proof.
  unfold pair. rewrite <- zsum_plus. apply zsum_ext. intros i _. rewrite <- Z.mul_add_distr_l. f_equal.
  rewrite <- zsum_plus. apply zsum_ext. intros. ring.
Qed.

Lemma pair_symmetric s t : symmetric -> pair s t = pair t s.
Proof.
  intro Sy. unfold pair.
  rewrite (zsum_ext n _ (fun i => zsum n (fun j => s i * (W i j * t j)))) by (intros; now rewrite zsum_scal).
  rewrite zsum_exchange. apply zsum_ext. intros j Hj. rewrite <- zsum_scal. apply zsum_ext.
  intros i Hi. rewrite (Sy i j Hi Hj). ring.
Qed.

Lemma pair_drive d s : zsum n (fun i => d i * drive s i) = pair d s + zsum n (fun i => b i * d i).
Proof. unfold pair, drive. rewrite <- zsum_plus. apply zsum_ext. intros. ring. Qed.

(** What a change d of the state does to the energy: 2 dE = - d^T W d - 2 d.f *)
Lemma energy2_change s t : symmetric ->
  energy2 t - energy2 s =
  - pair (fun i => t i - s i) (fun i => t i - s i) - 2 * zsum n (fun i => (t i - s i) * drive s i).
Proof.
  intro Sy. set (d := fun i => t i - s i).
  change (zsum n (fun i => (t i - s i) * drive s i)) with (zsum n (fun i => d i * drive s i)).
  rewrite (pair_drive d s).
  assert (A : agree t (fun i => s i + d i)) by (intros i _; unfold d; lia).
  rewrite (energy2_agree _ _ A). unfold energy2.
  rewrite pair_plus_l, !pair_plus_r, (pair_symmetric s d Sy).
  rewrite (zsum_ext n (fun i => b i * (s i + d i)) (fun i => b i * s i + b i * d i)) by (intros; ring).
  rewrite zsum_plus. lia.
Qed.

Lemma update_spins U s : spins s -> spins (update U s).
Proof.
  intros H i Hi. specialize (H i Hi). unfold update, settle.
  destruct (U i), (0 <? drive s i), (drive s i <? 0); auto.
Qed.

Lemma flip_spins i s : spins s -> spins (flip i s).
Proof. intros H j Hj. specialize (H j Hj). unfold flip. destruct (Nat.eqb j i); lia. Qed.

(** A neuron that an update flips moves along its drive, by 2. *)
Lemma settle_moves f s : s = 1 \/ s = -1 ->
  (settle f s - s) * f = if settle f s =? s then 0 else 2 * Z.abs f.
Proof.
  intro H. unfold settle. destruct (Z.ltb_spec 0 f); [|destruct (Z.ltb_spec f 0)].
  - destruct (Z.eqb_spec 1 s); subst; nia.
  - destruct (Z.eqb_spec (-1) s); subst; nia.
  - rewrite Z.eqb_refl. lia.
Qed.

Lemma settle_tie f s : settle f s <> s -> f <> 0.
Proof. intros H ->. now apply H. Qed.
End Spins.
