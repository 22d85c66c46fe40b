(** n spins have 2^n states: longer runs visit one of them twice. *)
From Coq Require Import ZArith Lia List Bool.
From Hopverify Require Import Spins.
Open Scope nat_scope.

(** A number below 2^n for each state. *)
Fixpoint code (n : nat) (s : state) : nat :=
  match n with O => 0 | S m => 2 * code m s + if Z.eqb (s m) 1 then 1 else 0 end.

Lemma code_below n s : code n s < 2 ^ n.
Proof. induction n; simpl; [lia|]. destruct (Z.eqb (s n) 1); lia. Qed.

Lemma code_agree n s t : spins n s -> spins n t -> code n s = code n t -> agree n s t.
Proof.
  induction n; intros Hs Ht E i Hi; [lia|]. simpl in E.
  pose proof (Hs n ltac:(lia)) as A. pose proof (Ht n ltac:(lia)) as B.
  assert (code n s = code n t /\ s n = t n) as (E1 & E2).
  { destruct (Z.eqb_spec (s n) 1), (Z.eqb_spec (t n) 1); split; lia. }
  destruct (Nat.eq_dec i n) as [->|]; [exact E2|]. apply IHn; auto; [| |lia].
  - intros j Hj. apply Hs. lia.
  - intros j Hj. apply Ht. lia.
Qed.

Lemma code_of_agree n s t : agree n s t -> code n s = code n t.
Proof.
  induction n; intro A; [reflexivity|]. simpl. rewrite (A n) by lia. rewrite IHn; [reflexivity|].
  intros i Hi. apply A. lia.
Qed.

(** Numbers below N that are all different are at most N. *)
Lemma different_bounded (c : nat -> nat) N k : (forall t, t < k -> c t < N) ->
  (forall p q, p < q < k -> c p <> c q) -> k <= N.
Proof.
  intros B D. rewrite <- (seq_length k 0), <- (map_length c), <- (seq_length N 0).
  apply NoDup_incl_length.
  - assert (G : forall l a, (forall p q, a <= p < q /\ q < a + l -> c p <> c q) ->
      NoDup (map c (seq a l))).
    { induction l as [|l IH]; intros a H; simpl; constructor.
      - rewrite in_map_iff. intros (q & E & I). apply in_seq in I. apply (H a q); [lia|auto].
      - apply IH. intros p q Hpq. apply H. lia. }
    apply G. intros p q Hpq. apply D. lia.
  - intros v I. apply in_map_iff in I. destruct I as (t & <- & I). apply in_seq in I.
    apply in_seq. specialize (B t). lia.
Qed.

Lemma find_equal (c : nat -> nat) k :
  (exists p q, p < q < k /\ c p = c q) \/ (forall p q, p < q < k -> c p <> c q).
Proof.
  induction k as [|k [(p & q & H & E)|D]].
  - right. intros. lia.
  - left. exists p, q. split; [lia|auto].
  - assert (F : forall m, (exists p, p < m /\ c p = c k) \/ (forall p, p < m -> c p <> c k)).
    { induction m as [|m [(p & H & E)|G]].
      - right. intros. lia.
      - left. exists p. split; [lia|auto].
      - destruct (Nat.eq_dec (c m) (c k)) as [E|E]; [left; exists m; auto|].
        right. intros p Hp. destruct (Nat.eq_dec p m) as [->|]; [auto|apply G; lia]. }
    destruct (F k) as [(p & H & E)|G].
    + left. exists p, k. split; [lia|auto].
    + right. intros p q H. destruct (Nat.eq_dec q k) as [->|]; [apply G; lia|apply D; lia].
Qed.

(** A run visits one state twice within its first 2^n + 1 states. *)
Lemma run_repeats n (x : nat -> state) : (forall t, spins n (x t)) ->
  exists p q, p < q /\ q <= 2 ^ n /\ agree n (x p) (x q).
Proof.
  intro H. destruct (find_equal (fun t => code n (x t)) (S (2 ^ n))) as [(p & q & K & E)|D].
  - exists p, q. split; [lia|]. split; [lia|]. apply code_agree; auto.
  - exfalso. assert (S (2 ^ n) <= 2 ^ n); [|lia].
    apply (different_bounded (fun t => code n (x t))); auto. intros. apply code_below.
Qed.

(** States of which none appears twice are at most 2^n. *)
Lemma different_states n (x : nat -> state) k : (forall t, t < k -> spins n (x t)) ->
  (forall p q, p < q < k -> ~ agree n (x p) (x q)) -> k <= 2 ^ n.
Proof.
  intros H D. apply (different_bounded (fun t => code n (x t))); [intros; apply code_below|].
  intros p q K E. apply (D p q K). apply code_agree; auto; apply H; lia.
Qed.
