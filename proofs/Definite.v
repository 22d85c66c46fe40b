(** Definiteness by computation: a matrix of whole numbers F for which R = s M - t F F^T, t >= 0, is diagonally
    dominant, R_ii >= mu + sum_(j <> i) |R_ij|, shows that s u^T M u >= mu |u|^2. *)
From Coq Require Import Reals Lra Lia ZArith List Bool.
From Hopverify Require Import Sums.
Import ListNotations.
Open Scope Z_scope.

Fixpoint dot_onto (acc : Z) (u v : list Z) : Z :=
  match u, v with a :: u', c :: v' => dot_onto (acc + a * c) u' v' | _, _ => acc end.
Definition dot (u v : list Z) : Z := dot_onto 0 u v.

Section Check.
Variable t mu : Z.
(** s M *)
Variable M : nat -> nat -> Z.
Variable F : list (list Z).

Definition remainder (i : nat) (row : list Z) (j : nat) (column : list Z) : Z := M i j - t * dot row column.

(** The sum of |R_ij| over j <> i, less R_ii. *)
Fixpoint excess (i : nat) (row : list Z) (j : nat) (columns : list (list Z)) : Z :=
  match columns with [] => 0
  | column :: rest => let r := remainder i row j column in
      (if Nat.eqb i j then - r else Z.abs r) + excess i row (S j) rest end.

Fixpoint rows_dominate (i : nat) (rows : list (list Z)) : bool :=
  match rows with [] => true
  | row :: rest => (mu + excess i row 0 F <=? 0) && rows_dominate (S i) rest end.

Definition check_definite (n : nat) : bool := Nat.eqb (length F) n && (0 <=? t) && rows_dominate 0 F.
End Check.

Open Scope R_scope.

Lemma sum_first k f : sum (S k) f = f O + sum k (fun i => f (S i)).
Proof.
  induction k as [|k IH]; [simpl; lra|]. change (sum (S (S k)) f) with (sum (S k) f + f (S k)). rewrite IH. simpl. lra.
Qed.

Lemma sum_constant_zero k f : (forall i, (i < k)%nat -> f i = 0) -> sum k f = 0.
Proof. intro H. rewrite <- (sum_zero k). now apply sum_ext. Qed.

Lemma dot_onto_sum : forall u v acc k, (length u <= k)%nat ->
  IZR (dot_onto acc u v) = IZR acc + sum k (fun i => IZR (nth i u 0%Z) * IZR (nth i v 0%Z)).
Proof.
  induction u as [|a u IH]; intros v acc k Hk.
  - destruct v; simpl; rewrite sum_constant_zero; try ring; intros [|i] _; simpl; ring.
  - destruct k as [|k]; [simpl in Hk; lia|]. destruct v as [|c v].
    + simpl dot_onto. rewrite sum_constant_zero; [ring|]. intros [|i] _; simpl; ring.
    + simpl dot_onto. rewrite (IH v _ k) by (simpl in Hk; lia). rewrite sum_first. simpl nth.
      rewrite plus_IZR, mult_IZR. ring.
Qed.

Lemma dot_sum u v k : (length u <= k)%nat -> IZR (dot u v) = sum k (fun i => IZR (nth i u 0%Z) * IZR (nth i v 0%Z)).
Proof. intro H. unfold dot. rewrite (dot_onto_sum u v 0 k H). ring. Qed.

Section Sound.
Variable n : nat.
Variable t mu : Z.
Variable M : nat -> nat -> Z.
Variable F : list (list Z).
Hypothesis symmetric : forall i j, M i j = M j i.
Hypothesis checked : check_definite t mu M F n = true.

Let row (i : nat) : list Z := nth i F [].
Let R (i j : nat) : R := IZR (M i j - t * dot (row i) (row j)).

Lemma length_F : length F = n.
Proof. unfold check_definite in checked. rewrite !andb_true_iff in checked. now apply Nat.eqb_eq. Qed.

Lemma t_nonneg : 0 <= IZR t.
Proof. unfold check_definite in checked. rewrite !andb_true_iff in checked. apply IZR_le, Z.leb_le. tauto. Qed.

Lemma width : exists k, forall i, (length (row i) <= k)%nat.
Proof.
  unfold row. clear. induction F as [|a l (k & IH)]; [exists O; intros [|]; simpl; lia|].
  exists (length a + k)%nat. intros [|i]; simpl; [lia|]. specialize (IH i). lia.
Qed.

Lemma R_symmetric i j : R i j = R j i.
Proof.
  unfold R. destruct width as (k & Hk). rewrite !minus_IZR, !(mult_IZR t), (symmetric i j). do 2 f_equal.
  rewrite (dot_sum _ _ k), (dot_sum _ _ k) by auto. apply sum_ext; intros; ring.
Qed.

Lemma excess_sum i : (i < n)%nat -> forall rest j, (forall k, (k < length rest)%nat -> nth k rest [] = row (j + k)) ->
  IZR (excess t M i (row i) j rest)
    = sum (length rest) (fun k => if Nat.eqb i (j + k) then - R i (j + k) else Rabs (R i (j + k))).
Proof.
  intros Hi. induction rest as [|c rest IH]; intros j Hr; [reflexivity|].
  change (length (c :: rest)) with (S (length rest)). rewrite sum_first. simpl excess. rewrite plus_IZR. f_equal.
  - rewrite Nat.add_0_r. assert (E : c = row j).
    { specialize (Hr O). simpl in Hr. rewrite Nat.add_0_r in Hr. apply Hr. lia. }
    unfold remainder. rewrite E. destruct (Nat.eqb i j); [now rewrite opp_IZR|now rewrite abs_IZR].
  - rewrite (IH (S j)).
    + apply sum_ext. intros k _. now replace (S j + k)%nat with (j + S k)%nat by lia.
    + intros k Hk. specialize (Hr (S k)). simpl in Hr. rewrite Hr by lia. f_equal. lia.
Qed.

Lemma rows_dominate_true rest p k : (forall k, (k < length rest)%nat -> nth k rest [] = row (p + k)) ->
  rows_dominate t mu M F p rest = true -> (k < length rest)%nat ->
  (mu + excess t M (p + k) (row (p + k)) 0 F <= 0)%Z.
Proof.
  revert p k. induction rest as [|r rest IH]; intros p k Hr Hc Hk; [simpl in Hk; lia|].
  simpl in Hc. apply andb_prop in Hc. destruct Hc as (H1 & H2). destruct k as [|k].
  - specialize (Hr O). rewrite Nat.add_0_r in *. simpl in Hr. rewrite <- Hr by lia. now apply Z.leb_le.
  - replace (p + S k)%nat with (S p + k)%nat by lia. apply IH; [|exact H2|simpl in Hk; lia].
    intros k' Hk'. specialize (Hr (S k')). simpl in Hr. rewrite Hr by lia. f_equal. lia.
Qed.

Lemma sum_at m (f : nat -> Rdefinitions.R) i : (i < m)%nat -> sum m (fun k => if Nat.eqb i k then f k else 0) = f i.
Proof.
  induction m as [|m IH]; intro Hi; [lia|]. simpl. destruct (Nat.eqb_spec i m) as [->|D].
  - rewrite sum_constant_zero; [ring|]. intros j Hj. destruct (Nat.eqb_spec m j); [lia|reflexivity].
  - rewrite IH by lia. ring.
Qed.

Lemma dominant i : (i < n)%nat -> IZR mu + sum n (fun j => if Nat.eqb i j then 0 else Rabs (R i j)) <= R i i.
Proof.
  intro Hi. pose proof checked as C. unfold check_definite in C. apply andb_prop in C. destruct C as (_ & C).
  pose proof length_F as Ln.
  pose proof (rows_dominate_true F O i (fun k _ => eq_refl) C ltac:(lia)) as G. simpl in G.
  apply IZR_le in G. rewrite plus_IZR in G.
  rewrite (excess_sum i Hi F 0 (fun k _ => eq_refl)), Ln in G. simpl in G.
  rewrite (sum_ext n _ (fun k => (if Nat.eqb i k then 0 else Rabs (R i k)) - (if Nat.eqb i k then R i k else 0))) in G.
  - rewrite sum_minus, (sum_at n (R i) i Hi) in G. lra.
  - intros k _. destruct (Nat.eqb i k); lra.
Qed.

(** F F^T is semidefinite. *)
Lemma squares (u : vec) : 0 <= sum n (fun i => sum n (fun j => IZR (dot (row i) (row j)) * u i * u j)).
Proof.
  destruct width as (k & Hk). set (a := fun i q => IZR (nth q (row i) 0%Z) * u i).
  assert (E : sum n (fun i => sum n (fun j => IZR (dot (row i) (row j)) * u i * u j))
    = sum k (fun q => sum n (fun i => a i q) * sum n (fun i => a i q))).
  { transitivity (sum n (fun i => sum n (fun j => sum k (fun q => a i q * a j q)))).
    - apply sum_ext. intros i _. apply sum_ext. intros j _. rewrite (dot_sum _ _ k) by auto.
      rewrite Rmult_assoc, <- sum_scal_r. apply sum_ext. intros. unfold a. ring.
    - transitivity (sum n (fun i => sum k (fun q => sum n (fun j => a i q * a j q)))).
      + apply sum_ext. intros i _. apply sum_exchange.
      + rewrite sum_exchange. apply sum_ext. intros q _. rewrite <- sum_scal_r. apply sum_ext. intros i _.
        apply sum_scal. }
  rewrite E. apply sum_nonneg. intros. apply Rle_0_sqr.
Qed.

(** A symmetric, diagonally dominant matrix is definite. *)
Lemma dominance (u : vec) : IZR mu * sum n (fun i => u i * u i) <= sum n (fun i => sum n (fun j => R i j * u i * u j)).
Proof.
  set (off := fun i j => if Nat.eqb i j then 0 else Rabs (R i j)).
  assert (O : forall i j, off i j = off j i). { intros i j. unfold off. now rewrite R_symmetric, (Nat.eqb_sym i j). }
  set (below := fun i j => (if Nat.eqb i j then R i j * (u i * u i) else 0)
    - (/ 2 * (off i j * (u i * u i)) + / 2 * (off i j * (u j * u j)))).
  apply Rle_trans with (sum n (fun i => (R i i - sum n (off i)) * (u i * u i))).
  { rewrite <- sum_scal. apply sum_le. intros i Hi. apply Rmult_le_compat_r; [apply Rle_0_sqr|].
    pose proof (dominant i Hi) as D. fold (off i) in D. lra. }
  apply Rle_trans with (sum n (fun i => sum n (below i))).
  - right. unfold below.
    rewrite (sum_ext n (fun i => (R i i - sum n (off i)) * (u i * u i))
      (fun i => R i i * (u i * u i) - sum n (fun j => off i j * (u i * u i)))).
    2: { intros i _. rewrite sum_scal_r. ring. }
    rewrite (sum_ext n (fun i => sum n (fun j => _ - _)) (fun i => R i i * (u i * u i)
      - (/ 2 * sum n (fun j => off i j * (u i * u i)) + / 2 * sum n (fun j => off i j * (u j * u j))))).
    2: { intros i Hi. rewrite sum_minus, sum_plus, !sum_scal.
         now rewrite (sum_at n (fun j => R i j * (u i * u i)) i Hi). }
    rewrite !sum_minus, sum_plus, !sum_scal, (sum_exchange n n (fun i j => off i j * (u j * u j))).
    rewrite (sum_ext n (fun j => sum n (fun i => off i j * (u j * u j)))
      (fun i => sum n (fun j => off i j * (u i * u i)))); [lra|].
    intros i _. apply sum_ext. intros j _. now rewrite O.
  - apply sum_le. intros i _. apply sum_le. intros j _. unfold below, off.
    destruct (Nat.eqb_spec i j) as [->|_]; [lra|].
    assert (P : - (Rabs (R i j) * (Rabs (u i) * Rabs (u j))) <= R i j * u i * u j).
    { rewrite <- Rabs_mult, <- Rabs_mult. pose proof (Rle_abs (- (R i j * (u i * u j)))) as A.
      rewrite Rabs_Ropp in A. lra. }
    assert (S : forall v, v * v = Rabs v * Rabs v).
    { intro v. rewrite <- Rabs_mult. symmetry. apply Rabs_pos_eq, Rle_0_sqr. }
    rewrite (S (u i)), (S (u j)). pose proof (Rabs_pos (R i j)).
    pose proof (Rle_0_sqr (Rabs (u i) - Rabs (u j))) as Q. unfold Rsqr in Q. nra.
Qed.

Theorem definite_by_entries (u : vec) :
  IZR mu * sum n (fun i => u i * u i) <= sum n (fun i => sum n (fun j => IZR (M i j) * u i * u j)).
Proof.
  apply Rle_trans with (1 := dominance u).
  assert (E : sum n (fun i => sum n (fun j => IZR (M i j) * u i * u j)) = sum n (fun i => sum n (fun j => R i j * u i * u j))
    + IZR t * sum n (fun i => sum n (fun j => IZR (dot (row i) (row j)) * u i * u j))).
  { rewrite <- sum_scal, <- sum_plus. apply sum_ext. intros i _. rewrite <- sum_scal, <- sum_plus.
    apply sum_ext. intros j _. unfold R. rewrite minus_IZR, mult_IZR. ring. }
  pose proof (Rmult_le_pos _ _ t_nonneg (squares u)). lra.
Qed.
End Sound.
