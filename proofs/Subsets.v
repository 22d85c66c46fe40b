(** Subsets of {0, ..., m-1} with at most k members, and the largest sum over one of them. *)
From Coq Require Import ZArith Lia Bool.
From Hopverify Require Import Spins.
Open Scope Z_scope.

Fixpoint count (m : nat) (F : nat -> bool) : nat :=
  match m with O => O | S p => (count p F + if F p then 1 else 0)%nat end.

(** The sum of f over F. *)
Definition over (m : nat) (F : nat -> bool) (f : nat -> Z) : Z :=
  zsum m (fun j => if F j then f j else 0).

(** The largest sum of at most k of the values f 0, ..., f (m-1), that is, the sum of the k largest of the
    positive ones. *)
Fixpoint best (m k : nat) (f : nat -> Z) : Z :=
  match m, k with
  | O, _ => 0
  | _, O => 0
  | S p, S l => Z.max (best p k f) (best p l f + f p)
  end.

Lemma best_none m f : best m 0 f = 0.
Proof. now destruct m. Qed.

Lemma count_le m F G : (forall i, (i < m)%nat -> F i = true -> G i = true) -> (count m F <= count m G)%nat.
Proof.
  induction m; intro H; simpl; [lia|]. assert (count m F <= count m G)%nat by (apply IHm; auto).
  specialize (H m ltac:(lia)). destruct (F m); [rewrite H by reflexivity; lia|]. destruct (G m); lia.
Qed.

(** No sum over at most k members is larger. *)
Lemma best_bound m : forall k F f, (count m F <= k)%nat -> over m F f <= best m k f.
Proof.
  unfold over. induction m; intros k F f H; [simpl; lia|]. simpl in H. simpl zsum.
  destruct (F m) eqn:E.
  - destruct k as [|l]; [lia|]. specialize (IHm l F f ltac:(lia)). simpl. lia.
  - specialize (IHm k F f ltac:(lia)). destruct k as [|l]; [rewrite best_none in *; lia|]. simpl best. lia.
Qed.

Lemma count_ext m F G : (forall i, (i < m)%nat -> F i = G i) -> count m F = count m G.
Proof. induction m; intro H; simpl; [reflexivity|]. rewrite IHm, (H m); auto. Qed.

(** One of them is as large. *)
Lemma best_attained m : forall k f, exists F, (count m F <= k)%nat /\ over m F f = best m k f.
Proof.
  unfold over. induction m; intros k f; [exists (fun _ => false); simpl; lia|].
  destruct k as [|l].
  - exists (fun _ => false). split.
    + assert (Z0 : forall p, count p (fun _ => false) = 0%nat) by (induction p; simpl; lia).
      rewrite Z0. lia.
    + apply zsum_zero.
  - destruct (Z_le_dec (best m l f + f m) (best m (S l) f)) as [Q|Q].
    + destruct (IHm (S l) f) as (F & C & O). exists (fun j => if Nat.eqb j m then false else F j).
      assert (X : forall j, (j < m)%nat -> (if Nat.eqb j m then false else F j) = F j).
      { intros j Hj. destruct (Nat.eqb_spec j m); [lia|reflexivity]. }
      simpl. rewrite Nat.eqb_refl, (count_ext m _ F X). split; [lia|].
      rewrite (zsum_ext m _ (fun j => if F j then f j else 0)) by (intros j Hj; now rewrite X). lia.
    + destruct (IHm l f) as (F & C & O). exists (fun j => if Nat.eqb j m then true else F j).
      assert (X : forall j, (j < m)%nat -> (if Nat.eqb j m then true else F j) = F j).
      { intros j Hj. destruct (Nat.eqb_spec j m); [lia|reflexivity]. }
      simpl. rewrite Nat.eqb_refl, (count_ext m _ F X). split; [lia|].
      rewrite (zsum_ext m _ (fun j => if F j then f j else 0)) by (intros j Hj; now rewrite X). lia.
Qed.

(** F without i. *)
Definition without (i : nat) (F : nat -> bool) (j : nat) : bool := F j && negb (Nat.eqb j i).

Lemma count_without m i F : (i < m)%nat -> F i = true -> count m F = S (count m (without i F)).
Proof.
  induction m; intros Hi Fi; [lia|]. simpl. destruct (Nat.eq_dec i m) as [->|Hne].
  - rewrite (count_ext m F (without m F)).
    + change (without m F m) with (F m && negb (Nat.eqb m m)). rewrite Fi, Nat.eqb_refl. simpl. lia.
    + intros j Hj. unfold without. destruct (Nat.eqb_spec j m); [lia|]. now rewrite andb_true_r.
  - rewrite IHm by (auto; lia). change (without i F m) with (F m && negb (Nat.eqb m i)).
    destruct (Nat.eqb_spec m i); [lia|]. rewrite andb_true_r. lia.
Qed.

Lemma over_without m i F f : (i < m)%nat ->
  over m F f = (if F i then f i else 0) + over m (without i F) (fun j => if Nat.eqb j i then 0 else f j).
Proof.
  intro Hi. unfold over. set (p := fun j => if Nat.eqb j i then (if F j then f j else 0) else 0).
  assert (P : zsum m p = if F i then f i else 0).
  { rewrite (zsum_single m p i Hi); unfold p; [now rewrite Nat.eqb_refl|].
    intros j _ Hj. destruct (Nat.eqb_spec j i); [contradiction|reflexivity]. }
  rewrite <- P, <- zsum_plus. apply zsum_ext. intros j _. unfold p, without.
  destruct (Nat.eqb j i), (F j); simpl; lia.
Qed.
