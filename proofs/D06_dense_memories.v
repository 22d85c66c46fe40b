(** D6: flips that dense associative memories set right. *)
From Coq Require Import ZArith Lia Bool.
From Hopverify Require Import Spins Subsets.
Open Scope Z_scope.

Section DenseMemories.
(** n neurons, K patterns X mu, a function F, biases b; F and b in whole numbers. *)
Variables n K : nat.
Variable X : nat -> state.
Variable F : Z -> Z.
Variable b : nat -> Z.
Hypothesis X_spins : forall mu, (mu < K)%nat -> spins n (X mu).

(** E(s) = - sum_mu F(X_mu.s) - b.s *)
Definition overlap (mu : nat) (s : state) : Z := zsum n (fun j => X mu j * s j).
Definition energy (s : state) : Z := - zsum K (fun mu => F (overlap mu s)) - zsum n (fun j => b j * s j).

(** s with the neuron i set to v. *)
Definition with_spin (s : state) (i : nat) (v : Z) : state := fun j => if Nat.eqb j i then v else s j.

(** The overlap without the neuron i. *)
Definition overlap_without (mu i : nat) (s : state) : Z :=
  zsum n (fun j => if Nat.eqb j i then 0 else X mu j * s j).

Variable xi : state.
Hypothesis xi_spins : spins n xi.
Definition sign (mu i : nat) : Z := X mu i * xi i.

(** What the energy rule prefers xi_i by, in the pattern mu, if the other neurons have the overlap z. *)
Definition term (mu i : nat) (z : Z) : Z := sign mu i * (F (z + 1) - F (z - 1)).

Lemma overlap_with_spin mu s i v : (i < n)%nat ->
  overlap mu (with_spin s i v) = overlap_without mu i s + X mu i * v.
Proof.
  intro Hi. unfold overlap, overlap_without, with_spin.
  rewrite (zsum_ext n _ (fun j => (if Nat.eqb j i then 0 else X mu j * s j)
    + (if Nat.eqb j i then X mu j * v else 0))) by (intros j _; destruct (Nat.eqb j i); lia).
  rewrite zsum_plus, (zsum_single n (fun j => if Nat.eqb j i then X mu j * v else 0) i Hi).
  - now rewrite Nat.eqb_refl.
  - intros j _ Hj. destruct (Nat.eqb_spec j i); [contradiction|reflexivity].
Qed.

(** D6, the formula: E(s_i = -xi_i) - E(s_i = xi_i) is the sum of the terms, and 2 b_i xi_i. *)
Theorem D6_difference s i : (i < n)%nat ->
  energy (with_spin s i (- xi i)) - energy (with_spin s i (xi i)) =
  zsum K (fun mu => term mu i (overlap_without mu i s)) + 2 * (b i * xi i).
Proof.
  intro Hi. unfold energy.
  assert (B : forall v, zsum n (fun j => b j * with_spin s i v j) =
    zsum n (fun j => if Nat.eqb j i then 0 else b j * s j) + b i * v).
  { intro v. rewrite (zsum_ext n _ (fun j => (if Nat.eqb j i then 0 else b j * s j)
      + (if Nat.eqb j i then b j * v else 0)))
      by (intros j _; unfold with_spin; destruct (Nat.eqb j i); lia).
    rewrite zsum_plus, (zsum_single n (fun j => if Nat.eqb j i then b j * v else 0) i Hi).
    - now rewrite Nat.eqb_refl.
    - intros j _ Hj. destruct (Nat.eqb_spec j i); [contradiction|reflexivity]. }
  rewrite !B.
  assert (T : zsum K (fun mu => F (overlap mu (with_spin s i (xi i)))) =
    zsum K (fun mu => term mu i (overlap_without mu i s))
    + zsum K (fun mu => F (overlap mu (with_spin s i (- xi i))))).
  { rewrite <- zsum_plus. apply zsum_ext. intros mu Hmu. rewrite !overlap_with_spin by auto.
    unfold term, sign. replace (X mu i * - xi i) with (- (X mu i * xi i)) by ring.
    set (z := overlap_without mu i s).
    assert (S1 : X mu i * xi i = 1 \/ X mu i * xi i = -1).
    { pose proof (X_spins mu Hmu i Hi). pose proof (xi_spins i Hi). nia. }
    destruct S1 as [-> | ->].
    - replace (z + - (1)) with (z - 1) by ring. ring.
    - replace (z + - (-1)) with (z + 1) by ring. replace (z + -1) with (z - 1) by ring. ring. }
  rewrite T. ring.
Qed.

(** The neurons other than i at which s differs from the pattern. *)
Definition wrong_others (i : nat) (s : state) (j : nat) : bool :=
  negb (Nat.eqb j i) && negb (s j =? xi j).

(** The values that the overlap can have: near that of the pattern, with its parity, at most n - 1. *)
Definition reachable (mu i k : nat) (z : Z) : Prop :=
  Z.abs (z - overlap_without mu i xi) <= 2 * Z.of_nat k /\
  (exists q, z - overlap_without mu i xi = 2 * q) /\ Z.abs z <= Z.of_nat n - 1.

(** D6, the range: where at most k neurons other than i are wrong, the overlap is one of these. *)
Theorem D6_range s mu i k : spins n s -> (mu < K)%nat -> (i < n)%nat ->
  (count n (wrong_others i s) <= k)%nat -> reachable mu i k (overlap_without mu i s).
Proof.
  intros Hs Hmu Hi Hk. unfold reachable, overlap_without.
  pose proof (X_spins mu Hmu) as HX.
  assert (G : forall m, (m <= n)%nat ->
    Z.abs (zsum m (fun j => if Nat.eqb j i then 0 else X mu j * s j)
      - zsum m (fun j => if Nat.eqb j i then 0 else X mu j * xi j))
      <= 2 * Z.of_nat (count m (wrong_others i s)) /\
    (exists q, zsum m (fun j => if Nat.eqb j i then 0 else X mu j * s j)
      - zsum m (fun j => if Nat.eqb j i then 0 else X mu j * xi j) = 2 * q) /\
    Z.abs (zsum m (fun j => if Nat.eqb j i then 0 else X mu j * s j))
      <= Z.of_nat m - (if Nat.ltb i m then 1 else 0)).
  { induction m as [|m IH]; intro Hm; [simpl; split; [lia|split; [now exists 0|lia]]|].
    destruct (IH ltac:(lia)) as (A & (q & B) & C). clear IH. simpl zsum. simpl count.
    pose proof (HX m ltac:(lia)) as Xm. pose proof (Hs m ltac:(lia)) as Sm.
    pose proof (xi_spins m ltac:(lia)) as Pm. revert A B C.
    generalize (zsum m (fun j => if Nat.eqb j i then 0 else X mu j * s j)).
    generalize (zsum m (fun j => if Nat.eqb j i then 0 else X mu j * xi j)). intros u v A B C.
    assert (W : wrong_others i s m = negb (Nat.eqb m i) && negb (s m =? xi m)) by reflexivity.
    rewrite W. destruct (Nat.eqb_spec m i) as [->|Hne]; cbn [negb andb].
    - rewrite Nat.ltb_irrefl in C. rewrite (proj2 (Nat.ltb_lt i (S i)) ltac:(lia)).
      split; [lia|split; [exists q; lia|lia]].
    - assert (E : Nat.ltb i (S m) = Nat.ltb i m).
      { destruct (Nat.ltb_spec i (S m)), (Nat.ltb_spec i m); auto; lia. }
      rewrite E. assert (Xs : X mu m * s m = 1 \/ X mu m * s m = -1) by nia.
      destruct (Z.eqb_spec (s m) (xi m)) as [Q|Q]; cbn [negb].
      + rewrite <- Q. split; [lia|split; [exists q; lia|destruct (Nat.ltb i m); lia]].
      + assert (Q2 : X mu m * xi m = - (X mu m * s m)) by nia. rewrite Q2.
        split; [lia|split; [exists (q + X mu m * s m); lia|destruct (Nat.ltb i m); lia]]. }
  destruct (G n ltac:(lia)) as (A & B & C). rewrite (proj2 (Nat.ltb_lt i n) Hi) in C.
  split; [lia|split; [exact B|lia]].
Qed.

(** The energy rule: a neuron takes the sign with the lower energy, and keeps its state in a tie. *)
Definition energy_rule (s : state) (i : nat) : Z :=
  if energy (with_spin s i 1) <? energy (with_spin s i (-1)) then 1
  else if energy (with_spin s i (-1)) <? energy (with_spin s i 1) then -1 else s i.

(** [least mu i k] is a lower bound of the terms over all overlaps that k flips can reach. *)
Variable least : nat -> nat -> nat -> Z.
Hypothesis least_bound : forall mu i k z, (mu < K)%nat -> (i < n)%nat -> reachable mu i k z ->
  least mu i k <= term mu i z.
Definition guaranteed (i k : nat) : Z := zsum K (fun mu => least mu i k) + 2 * (b i * xi i).

(** D6: if at most k neurons are wrong, the energy rule sets each neuron to that of the pattern. *)
Theorem D6 s i k : spins n s -> (i < n)%nat ->
  (count n (fun j => negb (s j =? xi j)%Z) <= k)%nat -> 0 <= guaranteed i k ->
  ((1 <= k)%nat -> 0 < guaranteed i (k - 1)) -> energy_rule s i = xi i.
Proof.
  intros Hs Hi Hk H0 H1.
  assert (G : forall l, (count n (wrong_others i s) <= l)%nat -> guaranteed i l <=
    energy (with_spin s i (- xi i)) - energy (with_spin s i (xi i))).
  { intros l Hl. rewrite D6_difference by auto. unfold guaranteed.
    assert (zsum K (fun mu => least mu i l) <= zsum K (fun mu => term mu i (overlap_without mu i s)));
      [|lia].
    apply zsum_le. intros mu Hmu. apply least_bound; auto. now apply D6_range. }
  assert (O : forall j, wrong_others i s j = without i (fun j => negb (s j =? xi j)) j).
  { intro j. unfold wrong_others, without. apply andb_comm. }
  assert (C : if s i =? xi i then (count n (wrong_others i s) <= k)%nat
    else (1 <= k)%nat /\ (count n (wrong_others i s) <= k - 1)%nat).
  { rewrite (count_ext n _ _ (fun j _ => O j)). destruct (Z.eqb_spec (s i) (xi i)) as [E|E].
    - apply Nat.le_trans with (2 := Hk). apply count_le. intros j _. unfold without.
      now destruct (negb (s j =? xi j)).
    - rewrite (count_without n i) in Hk; [lia|auto|].
      now apply negb_true_iff, Z.eqb_neq. }
  pose proof (xi_spins i Hi) as P. unfold energy_rule.
  destruct (Z.eqb_spec (s i) (xi i)) as [E|E].
  - specialize (G k C). destruct P as [P|P]; rewrite P in *;
      change (- (1)) with (-1) in G; change (- (-1)) with 1 in G;
      destruct (Z.ltb_spec (energy (with_spin s i 1)) (energy (with_spin s i (-1))));
      destruct (Z.ltb_spec (energy (with_spin s i (-1))) (energy (with_spin s i 1))); lia.
  - destruct C as (C1 & C2). specialize (G (k - 1)%nat C2). specialize (H1 C1).
    destruct P as [P|P]; rewrite P in *;
      change (- (1)) with (-1) in G; change (- (-1)) with 1 in G;
      destruct (Z.ltb_spec (energy (with_spin s i 1)) (energy (with_spin s i (-1))));
      destruct (Z.ltb_spec (energy (with_spin s i (-1))) (energy (with_spin s i 1))); lia.
Qed.
End DenseMemories.
