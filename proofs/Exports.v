(** What exported files prove their theorems with: claims about networks of data follow from computations with
    rational numbers (docs/proofs.md). *)
From Coq Require Import Reals Qreals List Bool Arith Lra Lia.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Elementwise Existence Solutions T02_elementwise Functions Networks.
From Coq Require Import QArith_base.
Import ListNotations.
Open Scope R_scope.

(** ** Rationals *)

Fixpoint sumQ {A} (f : A -> Q) (l : list A) : Q := match l with [] => 0%Q | a :: rest => (f a + sumQ f rest)%Q end.

Lemma Q2R_sumQ {A} (f : A -> Q) l : Q2R (sumQ f l) = total (fun a => Q2R (f a)) l.
Proof.
  induction l as [|a l IH]; simpl; [unfold Q2R; simpl; lra|]. now rewrite Q2R_plus, IH.
Qed.

Lemma Q2R_zero : Q2R 0 = 0.
Proof. unfold Q2R. simpl. lra. Qed.

Definition below (n : nat) (test : nat -> bool) : bool := forallb test (seq 0 n).

Lemma below_true n test i : below n test = true -> (i < n)%nat -> test i = true.
Proof. intros H Hi. unfold below in H. rewrite forallb_forall in H. apply H, in_seq. lia. Qed.

Definition same (a b : Q) : bool := Qeq_bool a b.
Lemma same_true a b : same a b = true -> Q2R a = Q2R b.
Proof. intro H. now apply Qeq_eqR, Qeq_bool_iff. Qed.

Definition positive (a : Q) : bool := negb (Qle_bool a 0).
Lemma positive_true a : positive a = true -> 0 < Q2R a.
Proof.
  unfold positive. intro H. rewrite <- Q2R_zero. apply Qlt_Rlt. apply Qnot_le_lt. intro C.
  apply Qle_bool_iff in C. rewrite C in H. discriminate.
Qed.

(** ** Matrices *)

Definition check_symmetric (n : nat) (W : matrix) : bool :=
  below n (fun i => below i (fun j => same (W i j) (W j i))).

Theorem symmetric_by_entries n W : check_symmetric n W = true -> is_symmetric n W.
Proof.
  intros H. assert (P : forall i j, (i < n)%nat -> (j < i)%nat -> Q2R (W i j) = Q2R (W j i)).
  { intros i j Hi Hj. apply same_true. apply (below_true i (fun j => same (W i j) (W j i))); auto.
    apply (below_true n (fun i => below i (fun j => same (W i j) (W j i)))); auto. }
  intros i j Hi Hj. destruct (lt_eq_lt_dec i j) as [[Q|Q]|Q].
  - symmetry. now apply P.
  - now rewrite Q.
  - now apply P.
Qed.

Definition check_not_symmetric n (W : matrix) i j a b count : bool :=
  Nat.ltb i n && Nat.ltb j n && same (W i j) a && same (W j i) b && negb (same a b)
  && Nat.eqb (unequal_pairs n W) count.

Theorem not_symmetric_by_entries n W i j a b count : check_not_symmetric n W i j a b count = true ->
  is_not_symmetric n W i j a b count.
Proof.
  unfold check_not_symmetric. rewrite !andb_true_iff. intros (((((Hi & Hj) & Ha) & Hb) & Hab) & Hc).
  split; [now apply Nat.ltb_lt|]. split; [now apply Nat.ltb_lt|]. split; [now apply same_true|].
  split; [now apply same_true|]. split; [|now apply Nat.eqb_eq].
  intro E. apply eqR_Qeq in E. apply Qeq_bool_iff in E. unfold same in Hab. now rewrite E in Hab.
Qed.

Definition check_symmetriser n d (W : matrix) : bool := below n (fun i => positive (at_ d i) &&
  below n (fun j => same (at_ d i * W i j) (at_ d j * W j i))).

Theorem symmetriser_by_entries n d W : check_symmetriser n d W = true -> symmetrises n d W.
Proof.
  intros H i j Hi Hj. pose proof (below_true n _ i H Hi) as E. apply andb_prop in E. destruct E as (P & E).
  split; [now apply positive_true|]. rewrite <- !Q2R_mult. apply same_true.
  now apply (below_true n (fun j => same (at_ d i * W i j) (at_ d j * W j i))).
Qed.

(** Two weights of which one is 0 and the other not, or whose signs differ. *)
Definition check_two_cycle n (W : matrix) i j : bool :=
  Nat.ltb i n && Nat.ltb j n && Qle_bool (W i j * W j i) 0 && negb (same (W i j) (W j i)).

Theorem two_cycle n (W : matrix) i j : check_two_cycle n W i j = true -> not_symmetrisable n W.
Proof.
  unfold check_two_cycle. rewrite !andb_true_iff. intros (((Hi & Hj) & Hp) & Hd) d P H.
  apply Nat.ltb_lt in Hi, Hj. specialize (H i j Hi Hj). pose proof (P i Hi). pose proof (P j Hj).
  apply Qle_bool_iff, Qle_Rle in Hp. rewrite Q2R_mult, Q2R_zero in Hp.
  assert (N : Q2R (W i j) <> Q2R (W j i)).
  { intro E. apply eqR_Qeq in E. apply Qeq_bool_iff in E. unfold same in Hd. now rewrite E in Hd. }
  apply N. set (a := Q2R (W i j)) in *. set (b := Q2R (W j i)) in *.
  assert (A : a * a <= 0).
  { apply (Rmult_le_reg_l (d i)); auto. replace (d i * (a * a)) with (d j * (a * b)).
    - rewrite Rmult_0_r. nra.
    - replace (d i * (a * a)) with (d i * a * a) by ring. rewrite H. ring. }
  assert (a = 0) by nra. subst a. assert (Z : d j * b = 0) by nra.
  destruct (Rmult_integral _ _ Z); lra.
Qed.

(** The products of weights along a way, and back. *)
Fixpoint along (W : matrix) (a : nat) (way : list nat) : Q :=
  match way with [] => 1%Q | b :: rest => (W a b * along W b rest)%Q end.

Lemma along_both n (W : matrix) (d : vec) a way :
  (forall i j, (i < n)%nat -> (j < n)%nat -> d i * Q2R (W i j) = d j * Q2R (W j i)) ->
  (a < n)%nat -> List.Forall (fun b => (b < n)%nat) way ->
  d a * Q2R (along W a way) = d (last way a) * Q2R (along (transpose W) a way).
Proof.
  intros H. revert a. induction way as [|b way IH]; intros a Ha Hw; [simpl; ring|].
  inversion Hw as [|x l Hb Hr]; subst. simpl along. rewrite !Q2R_mult.
  replace (last (b :: way) a) with (last way b).
  - replace (d a * (Q2R (W a b) * Q2R (along W b way))) with (d a * Q2R (W a b) * Q2R (along W b way)) by ring.
    rewrite (H a b) by auto. replace (d b * Q2R (W b a) * Q2R (along W b way))
      with (Q2R (W b a) * (d b * Q2R (along W b way))) by ring.
    rewrite IH by auto. unfold transpose at 2. ring.
  - clear. revert a b. induction way as [|c way IH]; intros a b; [reflexivity|].
    change (last (c :: way) b = last (c :: way) a). now rewrite <- (IH b c), <- (IH a c).
Qed.

Definition check_long_cycle n (W : matrix) a way : bool :=
  forallb (fun b => Nat.ltb b n) (a :: way) && Nat.eqb (last way a) a
  && negb (same (along W a way) (along (transpose W) a way)).

Theorem long_cycle n (W : matrix) a way : check_long_cycle n W a way = true -> not_symmetrisable n W.
Proof.
  unfold check_long_cycle. rewrite !andb_true_iff. intros ((Hw & Hl) & Hd) d P H.
  apply Nat.eqb_eq in Hl. rewrite forallb_forall in Hw.
  assert (Ha : (a < n)%nat) by (apply Nat.ltb_lt, Hw; now left).
  assert (E := along_both n W d a way H Ha). rewrite Hl in E.
  assert (K : Q2R (along W a way) = Q2R (along (transpose W) a way)).
  { apply (Rmult_eq_reg_l (d a)); [apply E|pose proof (P a Ha); lra].
    apply List.Forall_forall. intros b Hb. apply Nat.ltb_lt, Hw. now right. }
  apply eqR_Qeq, Qeq_bool_iff in K. unfold same in Hd. now rewrite K in Hd.
Qed.

(** ** Time constants *)

Lemma sum_unit n i c : (i < n)%nat -> sum n (fun k => if Nat.eqb k i then c else 0) = c.
Proof.
  intro Hi. induction n as [|n IH]; [lia|]. simpl. destruct (Nat.eqb_spec n i) as [->|E].
  - rewrite (sum_ext i _ (fun _ => 0)); [rewrite sum_zero; ring|]. intros k Hk.
    destruct (Nat.eqb_spec k i); [lia|reflexivity].
  - rewrite IH by lia. ring.
Qed.

Theorem compatible_single_neurons n t : below n (fun i => Qle_bool 0 (at_ t i)) = true ->
  compatible n t of_single_neurons.
Proof.
  intros Ht H D (_ & P) v. apply sum_nonneg. intros i Hi.
  assert (Hii : 0 <= H i i).
  { specialize (P (fun k => if Nat.eqb k i then 1 else 0)).
    rewrite (sum_ext n _ (fun k => if Nat.eqb k i then H i i else 0)) in P.
    - rewrite sum_unit in P by auto. exact P.
    - intros k Hk. destruct (Nat.eqb_spec k i) as [->|E].
      + rewrite (sum_ext n _ (fun j => if Nat.eqb j i then H i i else 0)).
        * now apply sum_unit.
        * intros j Hj. destruct (Nat.eqb_spec j i) as [->|]; ring.
      + rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|]. intros j _. ring. }
  assert (Ti : 0 <= Q2R (at_ t i)).
  { rewrite <- Q2R_zero. apply Qle_Rle, Qle_bool_iff. now apply (below_true n (fun i => Qle_bool 0 (at_ t i))). }
  rewrite (sum_ext n _ (fun j => if Nat.eqb j i then v i * Q2R (at_ t i) * H i i * v i else 0)).
  - rewrite sum_unit by auto. replace (v i * Q2R (at_ t i) * H i i * v i)
      with (Q2R (at_ t i) * H i i * (v i * v i)) by ring.
    apply Rmult_le_pos; [now apply Rmult_le_pos|apply Rle_0_sqr].
  - intros j Hj. destruct (Nat.eqb_spec j i) as [->|E]; [reflexivity|].
    rewrite (D i j) by auto. ring.
Qed.

Theorem compatible_one_time n t c : (Qle_bool 0 c && below n (fun i => same (at_ t i) c))%bool = true ->
  compatible n t of_a_layer.
Proof.
  intros Ht H _ (_ & P) v. apply andb_prop in Ht. destruct Ht as (Hc & Ht).
  assert (Hc' : 0 <= Q2R c) by (rewrite <- Q2R_zero; now apply Qle_Rle, Qle_bool_iff).
  replace (sum n _) with (Q2R c * sum n (fun i => sum n (fun j => v i * H i j * v j))).
  { apply Rmult_le_pos; auto. }
  rewrite <- sum_scal. apply sum_ext. intros i Hi. rewrite <- sum_scal. apply sum_ext. intros j _.
  rewrite (same_true (at_ t i) c) by now apply (below_true n (fun i => same (at_ t i) c)). ring.
Qed.

(** ** Layers *)

Theorem convex_sum n (L : R -> R) : convex_on_line L -> convex_layer n L.
Proof.
  intros H x y s Hs. rewrite <- !sum_scal, <- sum_plus. apply sum_le. intros i _. now apply H.
Qed.

Theorem neuron_gradient (L g : R -> R) h : neuron L g h -> gradient_of_L L g.
Proof. intros (_ & _ & Hp). exact Hp. Qed.

Theorem neuron_lipschitz (L g : R -> R) h : neuron L g h -> lipschitz_activation g.
Proof. intros (Hh & Hs & _). exists h. split; [exact Hh|]. intros u v. now apply slopes_lipschitz. Qed.

Definition neurons (ls : list layer) : Prop := List.Forall (fun l => exists h, neuron (L l) (g l) h) ls.

Lemma slopes_of_neurons ls : neurons ls ->
  exists h : nat -> R, forall i, neuron (of_neuron (fun l _ => L l) (fun u => u ^ 2 / 2) ls i)
    (of_neuron (fun l _ => g l) (fun u => u) ls i) (h i).
Proof.
  induction 1 as [|l ls (h & Hh) _ (H & IH)]; simpl.
  - exists (fun _ => 1). intros _. apply neuron_identity.
  - exists (fun i => if Nat.ltb i (size l) then h else H (i - size l)%nat). intro i.
    destruct (Nat.ltb i (size l)); auto.
Qed.

(** ** Drives *)

Section Synapses.
Variable sizes : list nat.
Notation n := (number_of sizes).

(** The weights with which a synapse has the energy -1/2 gamma^T M gamma. *)
Definition mirrored (s : synapse) (i j : nat) : Q := (- (weight sizes (form s) i j + weight sizes (form s) j i))%Q.
Definition pushed (s : synapse) (i j : nat) : Q := sumQ (fun b => weight sizes b i j) (drive s).
Definition check_drive (s : synapse) : bool :=
  below n (fun i => below n (fun j => same (pushed s i j) (mirrored s i j))).

Lemma value_syn s gamma : value sizes s gamma = syn n (fun i j => Q2R (mirrored s i j)) gamma.
Proof.
  unfold value, syn, mirrored.
  rewrite (sum_ext n (fun i => sum n (fun j => Q2R (- (weight sizes (form s) i j + weight sizes (form s) j i)) * gamma i * gamma j))
    (fun i => - (sum n (fun j => Q2R (weight sizes (form s) i j) * gamma i * gamma j)
      + sum n (fun j => Q2R (weight sizes (form s) j i) * gamma j * gamma i)))).
  - rewrite sum_opp, sum_plus.
    rewrite (sum_exchange n n (fun i j => Q2R (weight sizes (form s) j i) * gamma j * gamma i)). lra.
  - intros i _. rewrite <- sum_plus, <- sum_opp. apply sum_ext. intros j _.
    rewrite Q2R_opp, Q2R_plus. ring.
Qed.

Lemma mirrored_symmetric s i j : Q2R (mirrored s i j) = Q2R (mirrored s j i).
Proof. unfold mirrored. rewrite !Q2R_opp, !Q2R_plus. ring. Qed.

Lemma driven_sum s gamma i : driven sizes s gamma i = sum n (fun j => Q2R (pushed s i j) * gamma j).
Proof.
  unfold driven, pushed. induction (drive s) as [|b bs IH]; simpl.
  - rewrite (sum_ext n _ (fun _ => 0)); [now rewrite sum_zero|]. intros j _. rewrite Q2R_zero. ring.
  - rewrite IH, <- sum_plus. apply sum_ext. intros j _. rewrite Q2R_plus. ring.
Qed.

Lemma driven_mirrored s gamma i : check_drive s = true -> (i < n)%nat ->
  driven sizes s gamma i = - dsyn n (fun i j => Q2R (mirrored s i j)) gamma i.
Proof.
  intros H Hi. rewrite driven_sum. unfold dsyn. rewrite Ropp_involutive. apply sum_ext. intros j Hj. f_equal.
  apply same_true. apply (below_true n (fun j => same (pushed s i j) (mirrored s i j))); auto.
  now apply (below_true n (fun i => below n (fun j => same (pushed s i j) (mirrored s i j)))).
Qed.

Theorem gradient_by_entries s : check_drive s = true -> drive_is_gradient sizes s.
Proof.
  intros H gamma eps He.
  destruct (syn_gradient n (fun i j => Q2R (mirrored s i j)) (fun i j _ _ => mirrored_symmetric s i j) gamma eps He)
    as (d & Hd & K).
  exists d. split; [exact Hd|]. intros delta Hy. specialize (K delta Hy). rewrite !value_syn.
  rewrite (sum_ext n _ (fun i => dsyn n (fun i j => Q2R (mirrored s i j)) gamma i * (delta i - gamma i))); [exact K|].
  intros i Hi. rewrite driven_mirrored by auto. ring.
Qed.

Theorem drive_lipschitz s : drive_is_lipschitz sizes s.
Proof.
  exists (sum n (fun i => sum n (fun j => Rabs (Q2R (pushed s i j))))). split.
  { apply sum_nonneg; intros; apply sum_nonneg; intros; apply Rabs_pos. }
  intros gamma delta i Hi. rewrite !driven_sum, <- sum_minus.
  eapply Rle_trans; [apply sum_abs|].
  apply Rle_trans with (sum n (fun j => Rabs (Q2R (pushed s i j))) * Model.dist n gamma delta).
  - rewrite <- sum_scal_r. apply sum_le. intros j Hj.
    replace (Q2R (pushed s i j) * delta j - Q2R (pushed s i j) * gamma j)
      with (Q2R (pushed s i j) * (delta j - gamma j)) by ring.
    rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|]. now apply dist_component.
  - apply Rmult_le_compat_r; [apply dist_nonneg|].
    apply (sum_term n (fun i => sum n (fun j => Rabs (Q2R (pushed s i j))))); auto.
    intros; apply sum_nonneg; intros; apply Rabs_pos.
Qed.

End Synapses.

(** ** Descent *)

Section Network.
Variable N : network.
Notation ls := (layers N).
Notation sizes := (map size ls).
Notation n := (number_of sizes).
Notation mirrored := (mirrored sizes).
Notation check_drive := (check_drive sizes).


Definition check_numbers : bool := below n (fun i =>
  positive (of_neuron (fun l => at_ (tau l)) 1%Q ls i) && positive (of_neuron (fun l => at_ (leak l)) 1%Q ls i)).

Definition M (i j : nat) : R := Q2R (sumQ (fun s => mirrored s i j) (synapses N)).

Lemma total_opp {A} (f : A -> R) l : total (fun a => - f a) l = - total f l.
Proof. induction l as [|a l IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma total_sum {A} (f : A -> nat -> R) l : total (fun a => sum n (f a)) l = sum n (fun i => total (fun a => f a i) l).
Proof. induction l as [|a l IH]; simpl; [now rewrite sum_zero|]. now rewrite IH, <- sum_plus. Qed.

Lemma total_ext {A} (f h : A -> R) l : List.Forall (fun a => f a = h a) l -> total f l = total h l.
Proof. induction 1 as [|a l E _ IH]; simpl; [reflexivity|]. now rewrite E, IH. Qed.

Lemma total_scal {A} (f : A -> R) c l : total (fun a => f a * c) l = total f l * c.
Proof. induction l as [|a l IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma dsyn_M gamma i :
  dsyn n M gamma i = total (fun s => dsyn n (fun i j => Q2R (mirrored s i j)) gamma i) (synapses N).
Proof.
  unfold dsyn, M. rewrite total_opp, total_sum. f_equal. apply sum_ext. intros j _.
  now rewrite Q2R_sumQ, total_scal.
Qed.

Lemma syn_M gamma : syn n M gamma = total (fun s => value sizes s gamma) (synapses N).
Proof.
  rewrite (total_ext _ (fun s => sum n (fun i => sum n (fun j => - / 2 * (Q2R (mirrored s i j) * gamma i * gamma j))))).
  - rewrite total_sum. unfold syn, M. rewrite <- sum_scal. apply sum_ext. intros i _.
    rewrite total_sum, <- sum_scal. apply sum_ext. intros j _. rewrite Q2R_sumQ.
    induction (synapses N) as [|s l IH]; simpl; [ring|]. rewrite <- IH. ring.
  - apply List.Forall_forall. intros s _. rewrite value_syn. unfold syn. rewrite <- sum_scal. apply sum_ext. intros i _.
    now rewrite <- sum_scal.
Qed.

Theorem descends_by_T2 : (check_numbers && forallb check_drive (synapses N))%bool = true -> neurons ls -> descends N.
Proof.
  intros H Hn x0. apply andb_prop in H. destruct H as (Hc & Hd). rewrite forallb_forall in Hd.
  destruct (slopes_of_neurons ls Hn) as (h & Hh).
  assert (P : forall i, (i < n)%nat -> 0 < times N i /\ 0 < leaks N i).
  { intros i Hi. pose proof (below_true n _ i Hc Hi) as E. apply andb_prop in E. destruct E.
    split; now apply positive_true. }
  destruct (T2_the_solution n (times N) (leaks N) (biases N) h M (activation N) (lagrangian N)) with (x0 := x0)
    as (x & Hx & Hdown).
  - intros i Hi. now apply P.
  - intros i Hi. now apply P.
  - intro i. apply (Hh i).
  - intro i. apply (Hh i).
  - intro i. apply (Hh i).
  - intros i j _ _. unfold M. rewrite !Q2R_sumQ. apply total_ext, List.Forall_forall. intros s _. apply mirrored_symmetric.
  - assert (F : forall y i, (i < n)%nat -> field (times N) (leaks N) (biases N) (acts_of (activation N)) (dsyn n M) y i = flow N y i).
    { intros y i Hi. unfold field, Model.force, flow, net_drive. f_equal. rewrite dsyn_M.
      rewrite (total_ext (fun s => driven sizes s (activations N y) i)
        (fun s => - dsyn n (fun i j => Q2R (mirrored s i j)) (activations N y) i)).
      - rewrite total_opp. change (acts_of (activation N) y) with (activations N y). ring.
      - apply List.Forall_forall. intros s Hs. apply driven_mirrored; auto. }
    assert (S : forall y, solves n (field (times N) (leaks N) (biases N) (acts_of (activation N)) (dsyn n M)) y <-> solves n (flow N) y).
    { intro y. split; intros Y t Ht i Hi; specialize (Y t Ht i Hi); [rewrite <- F by auto|rewrite F by auto]; exact Y. }
    exists x. split.
    + destruct Hx as (X0 & X1 & X2). split; [exact X0|]. split; [now apply S|]. intros y Y0 Y1. apply X2; auto.
      now apply S.
    + assert (E : forall y, network_energy n (leaks N) (biases N) M (activation N) (lagrangian N) y = energy N y).
      { intro y. unfold network_energy, Model.energy, energy, Elementwise.lagrangian.
        change (acts_of (activation N) y) with (activations N y). rewrite syn_M, <- sum_minus.
        f_equal. apply sum_ext. intros i _. ring. }
      intros s t Hst. rewrite <- !E. now apply Hdown.
Qed.
End Network.
