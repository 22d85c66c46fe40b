(** D4: all fixed points, by setting neurons one by one and dropping what no extension can satisfy. *)
From Coq Require Import ZArith Lia Bool List.
From Hopverify Require Import Spins D01_one_at_a_time.
Import ListNotations.
Open Scope Z_scope.

Section FixedPoints.
Variable n : nat.
Variable W : nat -> nat -> Z.
Variable b : nat -> Z.
Notation drive := (drive n W b).
Notation energy2 := (energy2 n W b).
Notation update := (update n W b).
Notation agree := (agree n).

(** s_i f_i(s) >= 0 for all i *)
Definition rests (s : state) : Prop := forall i, (i < n)%nat -> 0 <= s i * drive s i.

(** D4: these are the states that every update keeps, whichever neurons it sets. *)
Theorem D4_rests s : spins n s -> rests s <-> forall U, agree (update U s) s.
Proof.
  intro Hs. split.
  - intros H U i Hi. specialize (H i Hi). specialize (Hs i Hi). unfold Spins.update, settle.
    destruct (U i); [|reflexivity].
    destruct (Z.ltb_spec 0 (drive s i)); [|destruct (Z.ltb_spec (drive s i) 0)]; nia.
  - intros H i Hi. specialize (H all i Hi). specialize (Hs i Hi). unfold Spins.update, all, settle in H.
    destruct (Z.ltb_spec 0 (drive s i)); [|destruct (Z.ltb_spec (drive s i) 0)]; nia.
Qed.

(** D4, the energy rule: no flip lowers the energy exactly if s_i f_i - W_ii >= 0 for all i. *)
Theorem D4_energy_rule s : symmetric n W -> spins n s ->
  (forall i, (i < n)%nat -> energy2 s <= energy2 (flip i s)) <->
  (forall i, (i < n)%nat -> 0 <= s i * drive s i - W i i).
Proof.
  intros Sy Hs. split; intros H i Hi; specialize (H i Hi);
    pose proof (D1_change n W b Sy s i Hs Hi); lia.
Qed.

(** A partial state: 1 and -1 are spins that are set, 0 is a free one. s extends p if it agrees with p
    where p is set. *)
Definition extends (s p : state) : Prop := spins n s /\ forall i, (i < n)%nat -> p i <> 0 -> s i = p i.

(** The bound of docs/theory.md; its sums leave out j = i. *)
Definition reach (p : state) (i : nat) (v : Z) : Z :=
  v * (zsum n (fun j => if Nat.eqb j i then 0 else W i j * p j) + b i) + W i i
  + zsum n (fun j => if Nat.eqb j i then 0 else if p j =? 0 then Z.abs (W i j) else 0).

(** D4: it bounds s_i f_i over all extensions in which the neuron i has the sign v. *)
Theorem D4_bound p s i v : extends s p -> (i < n)%nat -> s i = v -> v * drive s i <= reach p i v.
Proof.
  intros (Hs & He) Hi Hv. unfold reach, Spins.drive.
  assert (Vv : v = 1 \/ v = -1) by (rewrite <- Hv; auto).
  rewrite !Z.mul_add_distr_l, <- !zsum_scal.
  assert (D : W i i = zsum n (fun j => if Nat.eqb j i then W i i else 0)).
  { rewrite (zsum_single n _ i Hi); [now rewrite Nat.eqb_refl|].
    intros j _ Hj. destruct (Nat.eqb_spec j i); [contradiction|reflexivity]. }
  rewrite D.
  assert (zsum n (fun j => v * (W i j * s j)) <=
    zsum n (fun j => v * (if Nat.eqb j i then 0 else W i j * p j))
    + zsum n (fun j => if Nat.eqb j i then W i i else 0)
    + zsum n (fun j => if Nat.eqb j i then 0 else if p j =? 0 then Z.abs (W i j) else 0)); [|lia].
  rewrite <- !zsum_plus. apply zsum_le. intros j Hj. destruct (Nat.eqb_spec j i) as [->|Hne].
  - rewrite Hv. nia.
  - destruct (Z.eqb_spec (p j) 0) as [E|E].
    + rewrite E. destruct (Hs j Hj) as [-> | ->], Vv; subst v; lia.
    + rewrite (He j Hj E). lia.
Qed.

(** A partial state is dropped if a spin that is set is contradicted in every extension. *)
Definition dropped (p : state) : bool :=
  existsb (fun i => negb (p i =? 0) && (reach p i (p i) <? 0)) (seq 0 n).

Definition set (p : state) (i : nat) (v : Z) : state := fun j => if Nat.eqb j i then v else p j.

(** The search sets the neurons m-1, ..., 0, both ways. *)
Fixpoint search (m : nat) (p : state) : list state :=
  if dropped p then [] else
  match m with
  | O => [p]
  | S l => search l (set p l 1) ++ search l (set p l (-1))
  end.

Definition free : state := fun _ => 0.

(** D4: a state that is dropped has no extension that rests. *)
Theorem D4_dropped p s : dropped p = true -> extends s p -> ~ rests s.
Proof.
  intros H He R. apply existsb_exists in H. destruct H as (i & I & H). apply in_seq in I.
  apply andb_true_iff in H. destruct H as (P & Q). apply negb_true_iff, Z.eqb_neq in P.
  apply Z.ltb_lt in Q. assert (Hi : (i < n)%nat) by lia.
  pose proof (proj2 He i Hi P) as E. pose proof (D4_bound p s i (p i) He Hi E) as B.
  specialize (R i Hi). rewrite E in R. lia.
Qed.

Lemma search_complete m : forall p s, extends s p -> rests s ->
  (forall i, (m <= i < n)%nat -> p i <> 0) -> exists q, In q (search m p) /\ agree q s.
Proof.
  induction m as [|m IH]; intros p s He R Hp; simpl; destruct (dropped p) eqn:D;
    try (exfalso; now apply (D4_dropped p s D He)).
  - exists p. split; [now left|]. intros i Hi. symmetry. apply (proj2 He i Hi). apply Hp. lia.
  - destruct (le_lt_dec n m) as [L|L].
    + destruct (IH (set p m 1) s) as (q & I & A); auto.
      * split; [apply He|]. intros i Hi. unfold set. destruct (Nat.eqb_spec i m); [lia|].
        now apply (proj2 He).
      * intros i Hi. lia.
      * exists q. split; [apply in_or_app; now left|auto].
    + assert (Q : forall v, s m = v -> v <> 0 -> exists q, In q (search m (set p m v)) /\ agree q s).
      { intros v E V. apply IH; auto.
        - split; [apply He|]. intros i Hi. unfold set. destruct (Nat.eqb_spec i m) as [->|]; [auto|].
          now apply (proj2 He).
        - intros i Hi. unfold set. destruct (Nat.eqb_spec i m); [auto|apply Hp; lia]. }
      destruct (proj1 He m L) as [E|E]; destruct (Q _ E ltac:(lia)) as (q & I & A); exists q;
        (split; [apply in_or_app; auto|auto]).
Qed.

Lemma search_sound m : forall p q, In q (search m p) ->
  (forall i, (m <= i < n)%nat -> p i = 1 \/ p i = -1) -> spins n q /\ dropped q = false.
Proof.
  induction m as [|m IH]; intros p q I Hp; simpl in I; destruct (dropped p) eqn:D; try now destruct I.
  - destruct I as [<-|[]]. split; [|exact D]. intros i Hi. apply Hp. lia.
  - apply in_app_or in I. destruct I as [I|I]; (apply IH in I; [exact I|]); intros i Hi;
      unfold set; (destruct (Nat.eqb_spec i m); [auto|apply Hp; lia]).
Qed.

(** D4: the search finds exactly the states that rest. *)
Theorem D4 s : spins n s -> rests s <-> exists q, In q (search n free) /\ agree q s.
Proof.
  intro Hs. split.
  - intro R. apply search_complete; auto.
    + split; [auto|]. intros i Hi H. now destruct H.
    + intros i Hi. lia.
  - intros (q & I & A) i Hi. apply search_sound in I; [|intros; lia]. destruct I as (Hq & D).
    rewrite <- (A i Hi), <- (drive_agree n W b q s i A).
    destruct (Z_lt_dec (q i * drive q i) 0) as [L|L]; [|lia]. exfalso.
    assert (T : dropped q = true); [|congruence].
    apply existsb_exists. exists i. split; [apply in_seq; lia|].
    assert (Qi : q i <> 0) by (specialize (Hq i Hi); lia).
    apply andb_true_iff. split; [now apply negb_true_iff, Z.eqb_neq|]. apply Z.ltb_lt.
    assert (E : reach q i (q i) = q i * drive q i); [|lia].
    unfold reach, Spins.drive.
    rewrite (zsum_ext n (fun j => if Nat.eqb j i then 0 else if q j =? 0 then Z.abs (W i j) else 0)
      (fun _ => 0)), zsum_zero.
    2: { intros j Hj. destruct (Nat.eqb j i); [reflexivity|].
         destruct (Z.eqb_spec (q j) 0); [specialize (Hq j Hj); lia|reflexivity]. }
    rewrite (zsum_ext n (fun j => W i j * q j) (fun j => (if Nat.eqb j i then 0 else W i j * q j)
      + (if Nat.eqb j i then W i j * q j else 0))) by (intros j _; destruct (Nat.eqb j i); lia).
    rewrite zsum_plus, (zsum_single n (fun j => if Nat.eqb j i then W i j * q j else 0) i Hi).
    + rewrite Nat.eqb_refl. destruct (Hq i Hi) as [-> | ->]; ring.
    + intros j _ Hj. destruct (Nat.eqb_spec j i); [contradiction|reflexivity].
Qed.
End FixedPoints.
