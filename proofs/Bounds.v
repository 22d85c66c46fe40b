(** What exported files prove bounds of solutions with, by T10: activations with finite ranges (docs/proofs.md). *)
From Coq Require Import Reals Qreals List Bool Arith Lra Lia.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Lure T10_boundedness Functions Networks Exports Attraction Pieces Lists.
From Coq Require Import QArith_base.
Import ListNotations.
Open Scope R_scope.

Definition has_range (g : R -> R) (r : Q * Q) : Prop := forall u, Q2R (fst r) <= g u <= Q2R (snd r).

Lemma range_tanh v : Q2R (fst (-1, 1)%Q) <= tanh v <= Q2R (snd (-1, 1)%Q).
Proof.
  cbn [fst snd]. replace (Q2R (-1)) with (-1) by (unfold Q2R; simpl; lra).
  replace (Q2R 1) with 1 by (unfold Q2R; simpl; lra).
  unfold tanh, sinh, cosh. pose proof (exp_pos v). pose proof (exp_pos (- v)).
  split; apply (Rmult_le_reg_r ((exp v + exp (- v)) / 2)); try lra; unfold Rdiv;
    replace ((exp v - exp (- v)) * / 2 * / ((exp v + exp (- v)) * / 2) * ((exp v + exp (- v)) * / 2))
      with ((exp v - exp (- v)) * / 2) by (field; lra); lra.
Qed.

Lemma range_sigmoid v : Q2R (fst (0, 1)%Q) <= sigmoid v <= Q2R (snd (0, 1)%Q).
Proof.
  cbn [fst snd]. rewrite Q2R_zero. replace (Q2R 1) with 1 by (unfold Q2R; simpl; lra).
  unfold sigmoid. pose proof (exp_pos (- v)). split.
  - apply Rlt_le, Rdiv_lt_0_compat; lra.
  - apply (Rmult_le_reg_r (1 + exp (- v))); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

(** Of a function made of relu, max, min and |u|: case by case. *)
Ltac by_range := let u := fresh "u" in intro u; unfold relu, Rmin, Rmax, Rabs, Q2R; cbn [fst snd Qnum Qden];
  repeat (destruct Rle_dec || destruct Rcase_abs); lra.

Notation range_of := (of_layer (0, 0)%Q).
Lemma ranges_of_neurons ls rs : List.Forall2 (fun l r => has_range (g l) r) ls rs -> forall i,
  (i < number_of (map size ls))%nat ->
  has_range (of_neuron (fun l _ => g l) (fun u => u) ls i) (range_of rs ls i).
Proof. intros H i Hi. apply (layers_of_neurons has_range _ ls rs H). now left. Qed.

(** One time for all neurons. *)
Lemma common_time n (P : nat -> R -> Prop) :
  (forall i, (i < n)%nat -> exists t1, 0 <= t1 /\ forall t, t1 <= t -> P i t) ->
  exists t1, 0 <= t1 /\ forall t, t1 <= t -> forall i, (i < n)%nat -> P i t.
Proof.
  induction n as [|n IH]; intro H; [exists 0; split; [lra|intros; lia]|].
  destruct IH as (a & Ha & Ka). { intros; apply H; lia. }
  destruct (H n ltac:(lia)) as (b & Hb & Kb). exists (Rmax a b). split; [apply Rle_trans with (1 := Ha), Rmax_l|].
  intros t Ht i Hi. pose proof (Rmax_l a b). pose proof (Rmax_r a b).
  destruct (Nat.eq_dec i n) as [->|]; [apply Kb; lra|apply Ka; [lra|lia]].
Qed.

Section Network.
Variable N : network.
Notation ls := (layers N).
Notation n := (number_of (map size ls)).
Variable ranges : list (Q * Q).
Variables lows highs : numbers.

Definition least_drive (i : nat) : Q := (sumQ (fun j => let w := joint N i j in
  w * (if Qle_bool 0 w then fst (range_of ranges ls j) else snd (range_of ranges ls j))) (seq 0 n)
  + of_neuron (fun l => at_ (bias l)) 0 ls i)%Q.
Definition most_drive (i : nat) : Q := (sumQ (fun j => let w := joint N i j in
  w * (if Qle_bool 0 w then snd (range_of ranges ls j) else fst (range_of ranges ls j))) (seq 0 n)
  + of_neuron (fun l => at_ (bias l)) 0 ls i)%Q.
Notation rho i := (of_neuron (fun l => at_ (leak l)) 1%Q ls i).

Definition check_bounds : bool := below n (fun i =>
  Qle_bool 0 (of_neuron (fun l => at_ (tau l)) 1%Q ls i) && Exports.positive (rho i)
  && Exports.positive (least_drive i - rho i * at_ lows i) && Exports.positive (rho i * at_ highs i - most_drive i)).

Hypothesis ranged : List.Forall2 (fun l r => has_range (g l) r) ls ranges.

Lemma drive_between x i : (i < n)%nat ->
  Q2R (least_drive i) <= net_drive N x i + leaks N i * x i <= Q2R (most_drive i).
Proof.
  intro Hi. rewrite net_drive_joint. unfold Lure.force, Lure.drive, least_drive, most_drive.
  rewrite !Q2R_plus, !Lists.sumQ_seq. fold (biases N i).
  assert (B : forall j, (j < n)%nat ->
    Q2R (fst (range_of ranges ls j)) <= activation N j (x j) <= Q2R (snd (range_of ranges ls j))).
  { intros j Hj. now apply ranges_of_neurons. }
  match goal with |- ?a + _ <= ?b + _ - _ + _ <= ?c + _ => assert (E : a <= b <= c); [|lra] end.
  split; apply sum_le; intros j Hj; specialize (B j Hj); unfold act; cbv zeta; rewrite Q2R_mult;
    pose proof (Pieces.Qle_bool_dec 0 (joint N i j)) as S; rewrite Q2R_zero in S; destruct (Qle_bool 0 (joint N i j)); nra.
Qed.

Theorem bounded_by_T10 : check_bounds = true -> bounded_by N lows highs.
Proof.
  intros H x Hx.
  assert (S : forall i, (i < n)%nat -> 0 <= times N i /\ 0 < leaks N i /\
    leaks N i * Q2R (at_ lows i) < Q2R (least_drive i) /\ Q2R (most_drive i) < leaks N i * Q2R (at_ highs i)).
  { intros i Hi. pose proof (below_true n _ i H Hi) as E. rewrite !andb_true_iff in E.
    destruct E as (((A & B) & C) & D). apply Qle_bool_iff, Qle_Rle in A. rewrite Q2R_zero in A.
    apply positive_true in B. apply positive_true in C. apply positive_true in D.
    rewrite Q2R_minus, Q2R_mult in C, D. repeat split; auto; unfold leaks; lra. }
  (* what solutions do, neuron by neuron *)
  assert (K : forall i, (i < n)%nat -> exists D k, 0 < k /\ 0 <= D /\ forall t, 0 <= t ->
    Q2R (least_drive i) - D * exp (- / k * t) <= leaks N i * x t i <= Q2R (most_drive i) + D * exp (- / k * t)).
  { intros i Hi. destruct (S i Hi) as (Ht & Hr & _). destruct Ht as [Ht|Ht].
    - set (c := (Q2R (least_drive i) + Q2R (most_drive i)) / 2).
      set (R1 := (Q2R (most_drive i) - Q2R (least_drive i)) / 2).
      exists (Rabs (leaks N i * x 0 i - c)), (times N i / leaks N i).
      assert (P : 0 < times N i / leaks N i) by now apply Rdiv_lt_0_compat.
      split; [exact P|]. split; [apply Rabs_pos|]. intros t T.
      pose proof (drawn (fun s => leaks N i * x s i) (fun s => net_drive N (x s) i + leaks N i * x s i)
        (/ (times N i / leaks N i)) c R1 t (Rinv_0_lt_compat _ P) T) as A.
      assert (D : forall s, 0 <= s <= t -> is_derive (fun s => leaks N i * x s i) s
        (/ (times N i / leaks N i) * (net_drive N (x s) i + leaks N i * x s i - leaks N i * x s i))).
      { intros s Hs. pose proof (proj1 (Hx s (proj1 Hs) i Hi) Ht) as Ds.
        evar_last; [exact (is_derive_scal (fun s => x s i) s (leaks N i) _ Ds)|]. unfold flow. field. lra. }
      specialize (A D). cbv beta in A.
      assert (V : forall s, 0 <= s <= t -> Rabs (net_drive N (x s) i + leaks N i * x s i - c) <= R1).
      { intros s _. pose proof (drive_between (x s) i Hi). apply Rabs_le. unfold c, R1. lra. }
      specialize (A V). apply Rabs_le_between in A.
      replace (- / (times N i / leaks N i) * t) with (- (/ (times N i / leaks N i)) * t) by ring.
      unfold c, R1 in *. lra.
    - exists 0, 1. split; [lra|]. split; [lra|]. intros t T.
      pose proof (proj2 (Hx t T i Hi) (eq_sym Ht)) as Z. pose proof (drive_between (x t) i Hi). rewrite Z in *. lra. }
  split.
  - assert (B : exists M, 0 < M /\ forall i, (i < n)%nat -> forall t, 0 <= t -> Rabs (x t i) <= M).
    { assert (G : forall i, (i < n)%nat -> exists M, forall t, 0 <= t -> Rabs (x t i) <= M).
      { intros i Hi. destruct (K i Hi) as (D & k & Hk & HD & B). destruct (S i Hi) as (_ & Hr & _).
        exists ((Rabs (Q2R (least_drive i)) + Rabs (Q2R (most_drive i)) + D) / leaks N i). intros t T.
        specialize (B t T).
        assert (E : exp (- / k * t) <= 1).
        { rewrite <- exp_0. destruct T as [T|<-]; [|rewrite Rmult_0_r; lra]. left. apply exp_increasing.
          assert (0 < / k * t) by (apply Rmult_lt_0_compat; [now apply Rinv_0_lt_compat|exact T]). lra. }
        assert (D * exp (- / k * t) <= D) by (rewrite <- (Rmult_1_r D) at 2; now apply Rmult_le_compat_l).
        apply (Rmult_le_reg_l (leaks N i)); [exact Hr|].
        replace (leaks N i * ((Rabs (Q2R (least_drive i)) + Rabs (Q2R (most_drive i)) + D) / leaks N i))
          with (Rabs (Q2R (least_drive i)) + Rabs (Q2R (most_drive i)) + D) by (field; lra).
        rewrite <- (Rabs_pos_eq (leaks N i)) at 1 by lra. rewrite <- Rabs_mult.
        pose proof (Rle_abs (- Q2R (least_drive i))) as L1. rewrite Rabs_Ropp in L1.
        pose proof (Rle_abs (Q2R (most_drive i))). pose proof (Rabs_pos (Q2R (least_drive i))).
        pose proof (Rabs_pos (Q2R (most_drive i))). apply Rabs_le. lra. }
      clear - G. induction n as [|m IH]; [exists 1; split; [lra|intros; lia]|].
      destruct IH as (M & HM & KM). { intros; apply G; lia. } destruct (G m ltac:(lia)) as (M' & KM').
      exists (Rmax M M'). split; [apply Rlt_le_trans with (1 := HM), Rmax_l|]. intros i Hi t T.
      pose proof (Rmax_l M M'). pose proof (Rmax_r M M').
      destruct (Nat.eq_dec i m) as [->|]; [specialize (KM' t T); lra|specialize (KM i ltac:(lia) t T); lra]. }
    destruct B as (M & _ & B). exists M. intros t i T Hi. now apply B.
  - apply (common_time n (fun i t => Q2R (at_ lows i) < x t i < Q2R (at_ highs i))). intros i Hi.
    destruct (K i Hi) as (D & k & Hk & HD & B). destruct (S i Hi) as (_ & Hr & Lo & Hg).
    set (eps := Rmin (Q2R (least_drive i) - leaks N i * Q2R (at_ lows i)) (leaks N i * Q2R (at_ highs i) - Q2R (most_drive i))).
    assert (He : 0 < eps) by (apply Rmin_pos; lra).
    destruct (exponential_small D k eps Hk He) as (t1 & H1 & H2). exists t1. split; [exact H1|]. intros t T.
    specialize (B t ltac:(lra)). specialize (H2 t T).
    assert (Le : eps <= Q2R (least_drive i) - leaks N i * Q2R (at_ lows i)) by apply Rmin_l.
    assert (Re : eps <= leaks N i * Q2R (at_ highs i) - Q2R (most_drive i)) by apply Rmin_r.
    split; apply (Rmult_lt_reg_l (leaks N i)); lra.
Qed.
End Network.
