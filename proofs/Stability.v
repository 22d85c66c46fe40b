(** What exported files prove the stability of an equilibrium with, by T7: slopes at a state of activations that are
    affine in pieces (docs/proofs.md). *)
From Coq Require Import Reals Qreals List Bool Arith Lra Lia.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Existence Lure T07_stability.
From Hopverify Require Import Functions Networks Exports Attraction Pieces Lists.
From Coq Require Import QArith_base Qfield.
Import ListNotations.
Open Scope R_scope.

(** On each side of q the slope is between 0 and h, and what meets at a kink has one value there. *)
Definition slope_within (l : line) (h : Q) : bool := Qle_bool 0 (slope l) && Qle_bool (slope l) h.
Fixpoint slopes_within (l : line) (rest : list (Q * line)) (q h : Q) : bool := match rest with
  | [] => slope_within l h
  | (b, l') :: rest => if negb (Qle_bool b q) then slope_within l h
      else if negb (Qle_bool q b) then slopes_within l' rest q h
      else slope_within l h && Qeq_bool (piecewiseQ l' rest b) (alongQ l b) && slopes_within l' rest q h end.

Lemma slope_within_true l h u v : slope_within l h = true -> u <= v ->
  0 <= along l v - along l u <= Q2R h * (v - u).
Proof.
  intros H Q. apply andb_prop in H. destruct H as (A & B). apply Qle_bool_iff, Qle_Rle in A.
  apply Qle_bool_iff, Qle_Rle in B. rewrite Q2R_zero in A. unfold along.
  replace (Q2R (slope l) * v + Q2R (offset l) - (Q2R (slope l) * u + Q2R (offset l))) with (Q2R (slope l) * (v - u)) by ring.
  split; [apply Rmult_le_pos; lra|apply Rmult_le_compat_r; lra].
Qed.

Lemma slopes_near_a_state l rest q h : slopes_within l rest q h = true -> exists delta, 0 < delta /\
  forall u v, Rabs (u - Q2R q) <= delta -> Rabs (v - Q2R q) <= delta -> u <= v ->
    0 <= piecewise l rest v - piecewise l rest u <= Q2R h * (v - u).
Proof.
  revert l. induction rest as [|(b, l') rest IH]; intros l H; simpl in H.
  { exists 1. split; [lra|]. intros u v _ _ Q. simpl. now apply slope_within_true. }
  pose proof (Qle_bool_dec b q) as B. destruct (Qle_bool b q); simpl in H.
  - pose proof (Qle_bool_dec q b) as C. destruct (Qle_bool q b); simpl in H.
    + rewrite !andb_true_iff in H. destruct H as ((Hl & He) & Hr). destruct (IH l' Hr) as (d & Hd & K).
      apply Qeq_bool_iff, Qeq_eqR in He. rewrite piecewiseQ_is, alongQ_is in He.
      assert (E : Q2R q = Q2R b) by lra. rewrite E in *. exists d. split; [exact Hd|]. intros u v Hu Hv Q. simpl.
      destruct (Rle_dec u (Q2R b)) as [U|U], (Rle_dec v (Q2R b)) as [V|V].
      * now apply slope_within_true.
      * pose proof (slope_within_true l h u (Q2R b) Hl U) as S1.
        pose proof (K (Q2R b) v) as S2. rewrite Rminus_eq_0, Rabs_R0 in S2. specialize (S2 ltac:(lra) Hv ltac:(lra)). lra.
      * lra.
      * now apply K.
    + destruct (IH l' H) as (d & Hd & K). exists (Rmin d ((Q2R q - Q2R b) / 2)).
      split; [apply Rmin_pos; lra|]. intros u v Hu Hv Q. simpl.
      pose proof (Rmin_l d ((Q2R q - Q2R b) / 2)). pose proof (Rmin_r d ((Q2R q - Q2R b) / 2)).
      pose proof (Rabs_le_between (u - Q2R q) (Rmin d ((Q2R q - Q2R b) / 2))) as (Bu & _). specialize (Bu Hu).
      pose proof (Rabs_le_between (v - Q2R q) (Rmin d ((Q2R q - Q2R b) / 2))) as (Bv & _). specialize (Bv Hv).
      destruct (Rle_dec u (Q2R b)); [lra|]. destruct (Rle_dec v (Q2R b)); [lra|]. apply K; lra.
  - exists ((Q2R b - Q2R q) / 2). split; [lra|]. intros u v Hu Hv Q. simpl.
    pose proof (Rabs_le_between (u - Q2R q) ((Q2R b - Q2R q) / 2)) as (Bu & _). specialize (Bu Hu).
    pose proof (Rabs_le_between (v - Q2R q) ((Q2R b - Q2R q) / 2)) as (Bv & _). specialize (Bv Hv).
    destruct (Rle_dec u (Q2R b)); [|lra]. destruct (Rle_dec v (Q2R b)); [|lra]. now apply slope_within_true.
Qed.

Section Network.
Variable N : network.
Notation ls := (layers N).
Notation n := (number_of (map size ls)).
Notation each := (fun i : nat => i).
(** One bound of the slopes at the state for each neuron. *)
Variable heights multipliers : numbers.
Variables s c mu : Z.
Variable F : list (list Z).
Notation height := (at_ heights).

(** T7, for slopes that are at most h + e near xs, for every e > 0. *)
Lemma attracts_by_T7 (xs : vec) : rests N xs -> neurons ls -> check_neurons N height multipliers = true ->
  check_form N height multipliers s c mu F = true -> (forall i, (i < n)%nat -> 0 < times N i) ->
  (forall i e, (i < n)%nat -> 0 < e -> exists delta, 0 < delta /\ forall u v, Rabs (u - xs i) <= delta ->
    Rabs (v - xs i) <= delta -> u <= v -> 0 <= activation N i v - activation N i u <= (Q2R (height i) + e) * (v - u)) ->
  attracts_nearby N xs.
Proof.
  intros R Hne Hn Hf T Near.
  set (h := fun i => Q2R (height i)). set (d := fun i => Q2R (multiplier multipliers i)).
  destruct (T7_stable n (times N) (leaks N) (biases N) d (fun i j => Q2R (joint N i j)) (activation N) xs)
    with (h := h) (m := margin s mu) as (near & C & k & Hnear & HC & Hk & K); auto.
  - intros i Hi. now apply (signs N height multipliers).
  - intros i Hi. now apply (signs N height multipliers).
  - now apply rests_joint.
  - intros B. destruct (slopes_of_neurons ls Hne) as (H & HH).
    destruct (bounded_family n H) as (M & HM & KM). exists M. split; [lra|]. intros i a b Hi _ _.
    destruct (HH i) as (H0 & Sl & _). eapply Rle_trans; [now apply (slopes_lipschitz _ (H i))|].
    apply Rmult_le_compat_r; [apply Rabs_pos|]. specialize (KM i Hi). apply Rabs_le_between in KM. lra.
  - intros i Hi. now apply (signs N height multipliers).
  - eapply margin_pos. exact Hf.
  - eapply form_definite; exact Hf.
  - destruct (bounded_family n (times N)) as (T1 & HT1 & KT1). destruct (positive_bound n (times N) T) as (T0 & HT0 & KT0).
    assert (Up : forall x, off_by n (times N) xs x <= (T1 + 1) * away N xs x).
    { intro x. unfold off_by, away. rewrite <- sum_scal. apply sum_le. intros i Hi.
      apply Rmult_le_compat_r; [apply Rle_0_sqr|]. specialize (KT1 i Hi). apply Rabs_le_between in KT1. lra. }
    assert (Down : forall x, away N xs x <= / T0 * off_by n (times N) xs x).
    { intro x. unfold off_by, away. rewrite <- sum_scal. apply sum_le. intros i Hi.
      pose proof (Rle_0_sqr (x i - xs i)) as Q. unfold Rsqr in Q. rewrite <- Rmult_assoc.
      rewrite <- (Rmult_1_l ((x i - xs i) * (x i - xs i))) at 1. apply Rmult_le_compat_r; [exact Q|].
      rewrite <- (Rinv_l T0) by lra. apply Rmult_le_compat_l; [now apply Rlt_le, Rinv_0_lt_compat|now apply KT0]. }
    assert (P0 : 0 < / T0) by now apply Rinv_0_lt_compat.
    exists (near / (T1 + 1)), (/ T0 * (C * (T1 + 1))), k.
    split; [apply Rdiv_lt_0_compat; lra|]. split; [exact Hk|]. intros x0 Hx0.
    destruct (K x0) as (x & Hx & Kx).
    { eapply Rle_trans; [apply Up|]. apply (Rmult_le_compat_l (T1 + 1)) in Hx0; [|lra].
      replace ((T1 + 1) * (near / (T1 + 1))) with near in Hx0 by (field; lra). exact Hx0. }
    exists x. split.
    + assert (E : forall y i, flow N y i = Lure.force n each (leaks N) (biases N) (fun i j => Q2R (joint N i j)) (act (activation N)) y i / times N i).
      { intros y i. unfold flow. now rewrite net_drive_joint. }
      destruct Hx as (X0 & X1 & X2). split; [exact X0|]. split.
      * intros t Ht i Hi. rewrite E. now apply X1.
      * intros y Y0 Y1. apply X2; [exact Y0|]. intros t Ht i Hi. rewrite <- E. now apply Y1.
    + intros t Ht. eapply Rle_trans; [apply Down|]. pose proof (exp_pos (- / k * t)) as Pe.
      replace (/ T0 * (C * (T1 + 1)) * away N xs x0 * exp (- / k * t))
        with (/ T0 * (C * ((T1 + 1) * away N xs x0) * exp (- / k * t))) by ring.
      apply Rmult_le_compat_l; [lra|]. eapply Rle_trans; [now apply Kx|].
      apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_l; [exact HC|apply Up].
Qed.

Variable shapes : list shape.
Variable v : numbers.
Definition check_slopes : bool := below n (fun i =>
  slopes_within (first (shape_of shapes ls i)) (next (shape_of shapes ls i)) (at_ v i) (height i)
  && Exports.positive (of_neuron (fun l => at_ (tau l)) 1%Q ls i)).
Definition check_stable : bool := rests_at_bool N shapes (weights_table N) v && check_slopes
  && check_neurons N height multipliers && check_form N height multipliers s c mu F.

Theorem stable_by_T7 : check_stable = true -> List.Forall2 (fun l s => has_shape (g l) s) ls shapes -> neurons ls ->
  exponentially_stable N v.
Proof.
  unfold check_stable. rewrite !andb_true_iff. intros (((Hr & Hs) & Hn) & Hf) Hsh Hne.
  pose proof (rests_sound N shapes Hsh v Hr) as R. split; [exact R|]. apply attracts_by_T7; auto.
  - intros i Hi. pose proof (below_true n _ i Hs Hi) as E. apply andb_prop in E. now apply positive_true.
  - intros i e Hi He. pose proof (below_true n _ i Hs Hi) as E. apply andb_prop in E. destruct E as (E & _).
    destruct (slopes_near_a_state _ _ _ _ E) as (dl & Hd & KK). exists dl. split; [exact Hd|]. intros a b Ha Hb Hab.
    unfold activation. rewrite !(shapes_of_neurons ls shapes Hsh i). specialize (KK a b Ha Hb Hab).
    assert (0 <= e * (b - a)) by (apply Rmult_le_pos; lra). lra.
Qed.
End Network.
