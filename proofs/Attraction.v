(** What exported files prove claims about equilibria with: one equilibrium that attracts everything, by T16
    (docs/proofs.md). *)
From Coq Require Import Reals Qreals Qround List Bool Arith ZArith Lra Lia.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Lure T16_unique T16_exists T16_attracts T16_instantaneous T16_lure.
From Hopverify Require Import Functions Definite Networks Exports.
From Coq Require Import QArith_base Qfield.
Import ListNotations.
Open Scope R_scope.

(** The entry of neuron i in a list with one for each layer. *)
Fixpoint of_layer {A} (other : A) (es : list A) (l : list layer) (i : nat) : A := match l, es with
  | l :: rest, e :: es => if Nat.ltb i (size l) then e else of_layer other es rest (i - size l)
  | _, _ => other end.

Lemma layers_of_neurons {A} (is : (R -> R) -> A -> Prop) other ls es : List.Forall2 (fun l e => is (g l) e) ls es ->
  forall i, (i < number_of (map size ls))%nat \/ is (fun u => u) other ->
  is (of_neuron (fun l _ => g l) (fun u => u) ls i) (of_layer other es ls i).
Proof.
  induction 1 as [|l e rest es H _ IH]; intros i [Hi|Ho]; simpl; unfold number_of in *; simpl in *; try lia; auto;
    destruct (Nat.ltb_spec i (size l)); auto; apply IH; auto. left. lia.
Qed.

Definition sloped (l : layer) (h : Q) : Prop := neuron (L l) (g l) (Q2R h).

Lemma sloped_neurons ls hs : List.Forall2 sloped ls hs -> forall i,
  neuron (of_neuron (fun l _ => L l) (fun u => u ^ 2 / 2) ls i) (of_neuron (fun l _ => g l) (fun u => u) ls i)
    (Q2R (of_layer 1%Q hs ls i)).
Proof.
  induction 1 as [|l h rest hs H _ IH]; intro i; simpl.
  - unfold Q2R. simpl. rewrite Rinv_1, Rmult_1_r. apply neuron_identity.
  - destruct (Nat.ltb i (size l)); [exact H|apply IH].
Qed.

(** What falls like exp(-t/k) comes to 0. *)
Lemma exponential_small C k eps : 0 < k -> 0 < eps ->
  exists t1, 0 <= t1 /\ forall t, t1 <= t -> C * exp (- / k * t) < eps.
Proof.
  intros Hk He. assert (P : 0 < / k) by now apply Rinv_0_lt_compat.
  assert (Q : 0 < Rabs C / eps + 1).
  { assert (0 <= Rabs C / eps); [|lra]. apply Rmult_le_pos; [apply Rabs_pos|]. now apply Rlt_le, Rinv_0_lt_compat. }
  exists (k * (Rabs C / eps + 1)). split; [nra|]. intros t Ht.
  assert (B : Rabs C / eps + 1 < exp (/ k * t)).
  { apply Rle_lt_trans with (/ k * t); [|pose proof (exp_ineq1_le (/ k * t)); lra].
    apply (Rmult_le_compat_l (/ k)) in Ht; [|lra].
    replace (/ k * (k * (Rabs C / eps + 1))) with (Rabs C / eps + 1) in Ht by (field; lra). exact Ht. }
  replace (- / k * t) with (- (/ k * t)) by ring. rewrite exp_Ropp.
  pose proof (exp_pos (/ k * t)) as E. apply (Rmult_lt_reg_r (exp (/ k * t))); [exact E|].
  rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. apply Rle_lt_trans with (1 := Rle_abs C).
  apply (Rmult_lt_compat_l eps) in B; [|exact He].
  replace (eps * (Rabs C / eps + 1)) with (Rabs C + eps) in B by (field; lra). lra.
Qed.

Lemma square_small a eps : 0 < eps -> a * a < eps * eps -> Rabs a < eps.
Proof. intros He H. apply Rabs_lt_between. split; nra. Qed.

Section Network.
Variable N : network.
Notation ls := (layers N).
Notation sizes := (map size ls).
Notation n := (number_of sizes).
Notation each := (fun i : nat => i).

(** The weights of all synapses. *)
Definition joint (i j : nat) : Q := sumQ (fun s => pushed sizes s i j) (synapses N).
Notation W := (fun i j => Q2R (joint i j)).

Lemma net_drive_joint x i :
  net_drive N x i = Lure.force n each (leaks N) (biases N) W (act (activation N)) x i.
Proof.
  unfold net_drive, Lure.force, Lure.drive. f_equal. f_equal.
  transitivity (total (fun s => sum n (fun j => Q2R (pushed sizes s i j) * activations N x j)) (synapses N)).
  - apply total_ext, List.Forall_forall. intros s _. apply driven_sum.
  - rewrite total_sum. apply sum_ext. intros j _. unfold joint. now rewrite Q2R_sumQ, total_scal.
Qed.

Lemma rests_joint x : rests N x <-> Lure.equilibrium n each (leaks N) (biases N) W (act (activation N)) x.
Proof.
  split; intros H i Hi; specialize (H i Hi); [rewrite <- net_drive_joint|rewrite net_drive_joint]; exact H.
Qed.

Lemma moves_joint x : moves N x <->
  Lure.solution n each (times N) (leaks N) (biases N) W (act (activation N)) x.
Proof.
  split; intros H t Ht i Hi; destruct (H t Ht i Hi) as (A & B); unfold flow in *.
  - rewrite net_drive_joint in *. now split.
  - rewrite net_drive_joint. now split.
Qed.

(** Bounds of slopes, and multipliers. Where a bound is 0, the activation of the neuron does not move. *)
Variable height : nat -> Q.
Variable multipliers : numbers.
Definition multiplier (i : nat) : Q := at_ multipliers i.
Definition alive (i : nat) : bool := negb (Qeq_bool (height i) 0).

(** D(diag(rho/h) - W) and its transpose, added up. *)
Definition twice (i j : nat) : Q :=
  if (alive i && alive j)%bool then
    ((if Nat.eqb i j then 2 * multiplier i * of_neuron (fun l => at_ (leak l)) 1 ls i / height i else 0)
      - (multiplier i * joint i j + multiplier j * joint j i))%Q
  else if Nat.eqb i j then 2%Q else 0%Q.

Variables s c mu : Z.
Variable F : list (list Z).
Definition scaled (i j : nat) : Q := (inject_Z s * twice i j)%Q.
Definition table : list numbers := map (fun i => map (scaled i) (seq 0 n)) (seq 0 n).
Definition entry (T : list numbers) : nat -> nat -> Z := fun i j => nth j (nth i (map (map Qfloor) T) []) 0%Z.
Definition is_whole (q : Q) : bool := Qeq_bool (inject_Z (Qfloor q)) q.

(** Each entry is computed once. *)
Definition check_form : bool := Z.ltb 0 s && Z.ltb 0 mu
  && let T := table in forallb (forallb is_whole) T
    && let whole := map (map Qfloor) T in check_definite c mu (fun i j => nth j (nth i whole []) 0%Z) F n.
Definition check_neurons : bool := below n (fun i =>
  Qle_bool 0 (of_neuron (fun l => at_ (tau l)) 1%Q ls i) && Exports.positive (of_neuron (fun l => at_ (leak l)) 1%Q ls i)
  && Qle_bool 0 (height i) && Exports.positive (multiplier i)).

Hypothesis neurons_checked : check_neurons = true.
Hypothesis form_checked : check_form = true.

Lemma signs i : (i < n)%nat ->
  0 <= times N i /\ 0 < leaks N i /\ 0 <= Q2R (height i) /\ 0 < Q2R (multiplier i).
Proof.
  intro Hi. pose proof (below_true n _ i neurons_checked Hi) as E. rewrite !andb_true_iff in E.
  destruct E as (((A & B) & C) & D). apply Qle_bool_iff, Qle_Rle in A. rewrite Q2R_zero in A.
  apply Qle_bool_iff, Qle_Rle in C. rewrite Q2R_zero in C. repeat split; auto; now apply positive_true.
Qed.

Lemma twice_symmetric i j : Qeq (twice i j) (twice j i).
Proof.
  unfold twice. rewrite Nat.eqb_sym. destruct (Nat.eqb_spec j i) as [->|_]; [reflexivity|].
  rewrite andb_comm. destruct (alive j && alive i)%bool; [ring|reflexivity].
Qed.

Lemma entry_table i j : entry table i j = if (Nat.ltb i n && Nat.ltb j n)%bool then Qfloor (scaled i j) else 0%Z.
Proof.
  unfold entry, table. rewrite map_map.
  destruct (Nat.ltb_spec i n) as [Hi|Hi]; cbn [andb].
  - set (f := fun i => map Qfloor (map (scaled i) (seq 0 n))).
    rewrite (nth_indep (map f (seq 0 n)) [] (f O)) by (rewrite map_length, seq_length; exact Hi).
    rewrite map_nth, seq_nth by exact Hi. unfold f. rewrite map_map.
    destruct (Nat.ltb_spec j n) as [Hj|Hj].
    + rewrite (nth_indep _ 0%Z (Qfloor (scaled i O))) by (rewrite map_length, seq_length; exact Hj).
      rewrite (map_nth (fun j => Qfloor (scaled i j))), seq_nth by exact Hj. reflexivity.
    + apply nth_overflow. rewrite map_length, seq_length. exact Hj.
  - rewrite (nth_overflow (map _ (seq 0 n)) []); [now destruct j|]. rewrite map_length, seq_length. exact Hi.
Qed.

Lemma entry_symmetric i j : entry table i j = entry table j i.
Proof.
  rewrite !entry_table, (andb_comm (Nat.ltb j n)). destruct (Nat.ltb i n && Nat.ltb j n)%bool; [|reflexivity].
  apply Qfloor_comp. unfold scaled. now rewrite twice_symmetric.
Qed.

Lemma entry_exact i j : (i < n)%nat -> (j < n)%nat -> IZR (entry table i j) = IZR s * Q2R (twice i j).
Proof.
  intros Hi Hj. unfold check_form in form_checked. rewrite !andb_true_iff in form_checked.
  destruct form_checked as (_ & (E & _)). rewrite entry_table, (proj2 (Nat.ltb_lt i n) Hi), (proj2 (Nat.ltb_lt j n) Hj).
  simpl. rewrite forallb_forall in E. specialize (E (map (scaled i) (seq 0 n))). rewrite forallb_forall in E.
  assert (H : is_whole (scaled i j) = true).
  { apply E; [apply (in_map (fun i => map (scaled i) (seq 0 n)))|apply (in_map (scaled i))]; apply in_seq; lia. }
  apply Qeq_bool_iff, Qeq_eqR in H. unfold scaled in H at 2. rewrite Q2R_mult in H.
  assert (I : forall z, Q2R (inject_Z z) = IZR z) by (intro z; unfold Q2R; simpl; lra).
  now rewrite !I in H.
Qed.

Definition margin : R := IZR mu / (2 * IZR s).

Lemma scales_pos : 0 < IZR s /\ 0 < IZR mu.
Proof.
  unfold check_form in form_checked. rewrite !andb_true_iff in form_checked.
  split; apply IZR_lt, Z.ltb_lt; tauto.
Qed.

Lemma margin_pos : 0 < margin.
Proof. destruct scales_pos. apply Rdiv_lt_0_compat; lra. Qed.

Lemma dead i : alive i = false -> Q2R (height i) = 0.
Proof.
  unfold alive. intro H. apply negb_false_iff, Qeq_bool_iff, Qeq_eqR in H. now rewrite H, Q2R_zero.
Qed.

Lemma twice_form u : (forall i, (i < n)%nat -> Q2R (height i) = 0 -> u i = 0) ->
  sum n (fun i => sum n (fun j => Q2R (twice i j) * u i * u j))
  = 2 * Lure.form n each (leaks N) (fun i => Q2R (height i)) (fun i => Q2R (multiplier i)) W u.
Proof.
  intro Hu. unfold Lure.form, Lure.drive.
  rewrite (sum_ext n _ (fun i => 2 * (Q2R (multiplier i) * (leaks N i / Q2R (height i)) * (u i * u i))
    - (sum n (fun j => Q2R (multiplier i) * Q2R (joint i j) * u i * u j)
      + sum n (fun j => Q2R (multiplier j) * Q2R (joint j i) * u j * u i)))).
  - rewrite sum_minus, sum_plus, sum_scal.
    rewrite (sum_exchange n n (fun i j => Q2R (multiplier j) * Q2R (joint j i) * u j * u i)).
    rewrite (sum_ext n (fun i => Q2R (multiplier i) * u i * sum n (fun j => Q2R (joint i j) * u j))
      (fun i => sum n (fun j => Q2R (multiplier i) * Q2R (joint i j) * u i * u j))).
    + ring.
    + intros i _. rewrite <- sum_scal. apply sum_ext. intros. ring.
  - intros i Hi. rewrite <- sum_plus.
    rewrite (sum_ext n (fun j => Q2R (twice i j) * u i * u j) (fun j =>
      (if Nat.eqb i j then 2 * (Q2R (multiplier i) * (leaks N i / Q2R (height i)) * (u i * u j)) else 0)
      - (Q2R (multiplier i) * Q2R (joint i j) * u i * u j + Q2R (multiplier j) * Q2R (joint j i) * u j * u i))).
    + rewrite sum_minus. f_equal.
      exact (sum_at n (fun j => 2 * (Q2R (multiplier i) * (leaks N i / Q2R (height i)) * (u i * u j))) i Hi).
    + intros j Hj. unfold twice. destruct (alive i && alive j)%bool eqn:A.
      * apply andb_prop in A. destruct A as (A & _). rewrite Q2R_minus, Q2R_plus, !Q2R_mult.
        destruct (Nat.eqb i j); [|rewrite Q2R_zero; ring].
        rewrite Q2R_div, !Q2R_mult by (intro Z; apply Qeq_bool_iff in Z; unfold alive in A; now rewrite Z in A).
        fold (leaks N i). replace (Q2R 2) with 2 by (unfold Q2R; simpl; lra). unfold Rdiv. ring.
      * assert (Z : u i * u j = 0).
        { apply andb_false_iff in A. destruct A as [A|A]; [rewrite (Hu i Hi (dead i A))|rewrite (Hu j Hj (dead j A))]; ring. }
        transitivity 0; [rewrite Rmult_assoc, Z; ring|].
        replace (Q2R (multiplier i) * Q2R (joint i j) * u i * u j) with (Q2R (multiplier i) * Q2R (joint i j) * (u i * u j)) by ring.
        replace (Q2R (multiplier j) * Q2R (joint j i) * u j * u i) with (Q2R (multiplier j) * Q2R (joint j i) * (u i * u j)) by ring.
        rewrite Z. destruct (Nat.eqb i j); ring.
Qed.

Lemma form_definite : definite n each (leaks N) (fun i => Q2R (height i)) (fun i => Q2R (multiplier i)) W margin.
Proof.
  intros u Hu. assert (Hc : check_definite c mu (entry table) F n = true).
  { unfold check_form in form_checked. rewrite !andb_true_iff in form_checked. tauto. }
  pose proof (definite_by_entries n c mu (entry table) F entry_symmetric Hc u) as D.
  rewrite (sum_ext n (fun i => sum n (fun j => IZR (entry table i j) * u i * u j))
    (fun i => IZR s * sum n (fun j => Q2R (twice i j) * u i * u j))) in D.
  2: { intros i Hi. rewrite <- sum_scal. apply sum_ext. intros j Hj. rewrite entry_exact by auto. ring. }
  rewrite sum_scal, (twice_form u Hu) in D.
  destruct scales_pos as (Ps & _). unfold margin.
  apply (Rmult_le_reg_l (2 * IZR s)); [lra|].
  replace (2 * IZR s * (IZR mu / (2 * IZR s) * sum n (fun i => u i * u i)))
    with (IZR mu * sum n (fun i => u i * u i)) by (field; lra). lra.
Qed.

Hypothesis slopes : forall i, neuron (lagrangian N i) (activation N i) (Q2R (height i)).

Theorem unique_equilibrium : one_at_most N.
Proof.
  intros x y Hx Hy. apply rests_joint in Hx. apply rests_joint in Hy.
  apply (T16_unique n n each (leaks N) (fun i => Q2R (height i)) (fun i => Q2R (multiplier i)) (biases N) W
    (act (activation N)) margin); auto using margin_pos, form_definite; try (intros i Hi; now apply signs).
  apply elementwise_cocoercive. intros i _. apply slopes.
Qed.

Theorem attracting_equilibrium : globally_stable N.
Proof.
  pose proof margin_pos as Pm. pose proof form_definite as Pf.
  set (h := fun i => Q2R (height i)) in *. set (d := fun i => Q2R (multiplier i)) in *.
  assert (S : forall i, (i < n)%nat -> 0 <= times N i /\ 0 < leaks N i /\ 0 <= h i /\ 0 < d i) by exact signs.
  assert (C : cocoercive n n each h (act (activation N))).
  { apply elementwise_cocoercive. intros i _. apply slopes. }
  destruct (T16_elementwise n (times N) (leaks N) h d (biases N) W (activation N) (lagrangian N) margin)
    as (xs & Hs & U & K & A); auto; try (intros i Hi; destruct (S i Hi) as (? & ? & ? & ?); auto; now apply Rlt_le).
  { intros i _. apply slopes. }
  { intros i _. apply slopes. }
  exists xs. split; [now apply rests_joint|]. split; [intros y Hy; now apply U, rests_joint|]. split.
  - intro x0. destruct (T16_solution n n each (times N) (leaks N) h d (biases N) W (act (activation N)) margin)
      with (x0 := x0) as (x & Hx & X0 & _); auto;
      try (intros i Hi; destruct (S i Hi) as (? & ? & ? & ?); auto; now apply Rlt_le).
    exists x. split; [now apply moves_joint|exact X0].
  - intros x Hx eps He. apply moves_joint in Hx. specialize (A x Hx).
    set (k := kappa n each (times N) (leaks N) h d W margin) in *.
    set (v0 := K * lyapunov n each (times N) (leaks N) d W (act (activation N))
      (weighted_lagrangian n (times N) d (fun l x => lagrangian N l (x l))) margin xs (x 0)) in *.
    destruct (Rlt_dec 0 k) as [Pk|Nk].
    + destruct (exponential_small v0 k (eps * eps) Pk (Rmult_lt_0_compat _ _ He He)) as (t1 & H1 & H2).
      exists t1. split; [exact H1|]. intros t Ht i Hi. apply square_small; [exact He|].
      apply Rle_lt_trans with (2 := H2 t Ht). refine (Rle_trans _ _ _ _ (A t ltac:(lra))).
      apply (sum_term n (fun i => (x t i - xs i) * (x t i - xs i))); auto. intros. apply Rle_0_sqr.
    + (* all neurons follow at once *)
      exists 0. split; [lra|]. intros t Ht i Hi. rewrite <- (U (x t)); auto; [rewrite Rminus_eq_0, Rabs_R0; exact He|].
      intros j Hj. apply (proj2 (Hx t Ht j Hj)). destruct (S j Hj) as (Tj & Lj & _).
      destruct (kappa_term n n each (times N) (leaks N) h d W margin) with (i := j) as (Q1 & Q2); auto;
        try (intros l Hl; destruct (S l Hl) as (? & ? & ? & ?); auto; now apply Rlt_le).
      fold k in Q2. destruct Tj as [Tj|]; [|auto].
      assert (0 < times N j / leaks N j) by now apply Rdiv_lt_0_compat. lra.
Qed.
End Network.

(** With one bound for each layer. *)
Theorem one_by_T16 N heights multipliers s c mu F : let height := of_layer 1%Q heights (layers N) in
  List.Forall2 sloped (layers N) heights -> check_neurons N height multipliers = true ->
  check_form N height multipliers s c mu F = true -> one_at_most N.
Proof.
  intros height H Hn Hf. apply (unique_equilibrium N height multipliers s c mu F); auto. now apply sloped_neurons.
Qed.

Theorem attracts_by_T16 N heights multipliers s c mu F : let height := of_layer 1%Q heights (layers N) in
  List.Forall2 sloped (layers N) heights -> check_neurons N height multipliers = true ->
  check_form N height multipliers s c mu F = true -> globally_stable N.
Proof.
  intros height H Hn Hf. apply (attracting_equilibrium N height multipliers s c mu F); auto. now apply sloped_neurons.
Qed.
