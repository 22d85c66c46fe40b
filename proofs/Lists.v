(** All equilibria of networks whose activations are affine in pieces, by a tree of boxes: what exported files prove
    lists with (docs/proofs.md). *)
From Coq Require Import Reals Qreals Qreduction List Bool Arith Lra Lia.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Lure Functions Networks Exports Attraction Pieces.
From Coq Require Import QArith_base Qfield.
Import ListNotations.
Open Scope R_scope.

(** y combines the equations rho x - b - drive = 0 to one that is a sum of functions of one neuron each. *)
Inductive tree :=
| Cut (i : nat) (a : Q) (below above : tree)             (* x_i <= a, x_i >= a *)
| Upper (i : nat) (v : Q) (y : numbers) (rest : tree)    (* x_i <= v *)
| Lower (i : nat) (v : Q) (y : numbers) (rest : tree)    (* x_i >= v *)
| Nowhere (y : numbers)                                  (* y F > 0 *)
| Is (k : nat).                                          (* the box is the state k of the list *)

Notation shape_of := (of_layer (Shape (Line 1 0) [])).
Lemma shapes_of_neurons ls ss : List.Forall2 (fun l s => has_shape (g l) s) ls ss -> forall i,
  has_shape (of_neuron (fun l _ => g l) (fun u => u) ls i) (shape_of ss ls i).
Proof.
  intros H i. apply (layers_of_neurons has_shape _ ls ss H). right. intro u. simpl. unfold along. simpl. unfold Q2R.
  simpl. lra.
Qed.

Definition box := list interval.
Definition side (X : box) (i : nat) : interval := nth i X (None, None).
Fixpoint put {A} (i : nat) (a : A) (X : list A) : list A := match i, X with
  | _, [] => [] | O, _ :: rest => a :: rest | S i, b :: rest => b :: put i a rest end.
Lemma put_at {A} (d : A) i a X j : nth j (put i a X) d = nth j X d \/ (i = j /\ nth j (put i a X) d = a).
Proof.
  revert i j. induction X as [|b X IH]; intros [|i] [|j]; simpl; auto.
  destruct (IH i j) as [E|(E & F)]; auto.
Qed.

Lemma put_in (x : vec) X i a : (forall j, on (side X j) (x j)) -> on a (x i) -> forall j, on (side (put i a X) j) (x j).
Proof. unfold side. intros H Ha j. destruct (put_at (A := interval) (None, None) i a X j) as [->|(-> & ->)]; auto. Qed.

Section Network.
Variable N : network.
Notation ls := (layers N).
Notation n := (number_of (map size ls)).
Variable shapes : list shape.
Hypothesis shaped : List.Forall2 (fun l s => has_shape (g l) s) ls shapes.
Variable states : list numbers.

Notation rho i := (of_neuron (fun l => at_ (leak l)) 1%Q ls i).
Notation beta i := (of_neuron (fun l => at_ (bias l)) 0%Q ls i).
Notation shape_at i := (shape_of shapes ls i).

(** The weights, computed once. *)
Definition weights_table : list numbers := map (fun i => map (joint N i) (seq 0 n)) (seq 0 n).

Section Weights.
Variable W : list numbers.

Definition pull (y : numbers) (j : nat) : Q :=
  sumQ (fun i => if Qeq_bool (at_ y i) 0 then 0%Q else (at_ y i * at_ (nth i W []) j)%Q) (seq 0 n).
Definition offset_of (y : numbers) : Q := sumQ (fun i => (at_ y i * beta i)%Q) (seq 0 n).

(** The least value of y F + y b - unit x_i on a box. *)
Definition least_of (X : box) (y : numbers) (unit : nat -> Q) : bound :=
  fold_right (fun j r => both (least (Qred (at_ y j * rho j - unit j)) (Qred (- pull y j))
    (first (shape_at j)) (next (shape_at j)) (side X j)) r) (Least 0) (seq 0 n).
Definition one_at (i : nat) (c : Q) (j : nat) : Q := if Nat.eqb i j then c else 0%Q.

Definition is_state (X : box) (v : numbers) : bool := below n (fun i => match side X i with
  | (Some a, Some b) => Qeq_bool a (at_ v i) && Qeq_bool b (at_ v i) | _ => false end).

Fixpoint check (X : box) (t : tree) : bool := match t with
  | Cut i a below above => check (put i (no_more (side X i) a) X) below && check (put i (no_less (side X i) a) X) above
  | Upper i v y rest => Nat.ltb i n && match least_of X y (one_at i 1) with
      | Least m => Qle_bool (offset_of y - m) v && check (put i (no_more (side X i) v) X) rest
      | Nothing => true | Unbounded => false end
  | Lower i v y rest => Nat.ltb i n && match least_of X y (one_at i (-1)) with
      | Least m => Qle_bool v (m - offset_of y) && check (put i (no_less (side X i) v) X) rest
      | Nothing => true | Unbounded => false end
  | Nowhere y => match least_of X y (fun _ => 0%Q) with
      | Least m => negb (Qle_bool m (offset_of y)) | Nothing => true | Unbounded => false end
  | Is k => Nat.ltb k (length states) && is_state X (nth k states []) end.

Definition rests_at_bool (v : numbers) : bool :=
  let gamma := map (fun j => piecewiseQ (first (shape_at j)) (next (shape_at j)) (at_ v j)) (seq 0 n) in
  below n (fun i => Qeq_bool (sumQ (fun j => (at_ (nth i W []) j * at_ gamma j)%Q) (seq 0 n) + beta i) (rho i * at_ v i)).
End Weights.

Fixpoint check_different (list : list numbers) : bool := match list with [] => true
  | v :: rest => forallb (fun w => negb (below n (fun i => Qeq_bool (at_ v i) (at_ w i)))) rest
    && check_different rest end.
Definition everywhere : box := repeat (None, None) n.
Definition check_some : bool := let W := weights_table in forallb (rests_at_bool W) states && check_different states.
Definition check_all (t : tree) : bool := let W := weights_table in
  forallb (rests_at_bool W) states && check_different states && check W everywhere t.

(** ** Soundness *)

Lemma sumQ_seq (f : nat -> Q) m : Q2R (sumQ f (seq 0 m)) = sum m (fun i => Q2R (f i)).
Proof.
  rewrite Q2R_sumQ. assert (G : forall k a (h : nat -> R), total h (seq a k) = sum k (fun i => h (a + i)%nat)).
  { induction k as [|k IH]; intros a h; [reflexivity|]. simpl seq. change (total h (a :: seq (S a) k)) with (h a + total h (seq (S a) k)).
    rewrite IH, Definite.sum_first. f_equal; [now rewrite Nat.add_0_r|]. apply sum_ext. intros i _.
    f_equal. lia. }
  rewrite G. now apply sum_ext.
Qed.

Lemma weights_entry i j : (i < n)%nat -> (j < n)%nat -> at_ (nth i weights_table []) j = joint N i j.
Proof.
  intros Hi Hj. unfold weights_table, at_. set (f := fun i => map (joint N i) (seq 0 n)).
  rewrite (nth_indep (map f (seq 0 n)) [] (f O)) by (rewrite map_length, seq_length; exact Hi).
  rewrite map_nth, seq_nth by exact Hi. unfold f.
  rewrite (nth_indep _ 0%Q (joint N (0 + i) O)) by (rewrite map_length, seq_length; exact Hj).
  rewrite map_nth, seq_nth by exact Hj. reflexivity.
Qed.

Notation W := weights_table.
Notation gamma x := (activations N x).

Lemma net_drive_sum x i : net_drive N x i = sum n (fun j => Q2R (joint N i j) * gamma x j) + biases N i - leaks N i * x i.
Proof. rewrite net_drive_joint. reflexivity. Qed.

Lemma pull_is y j : (j < n)%nat -> Q2R (pull W y j) = sum n (fun i => Q2R (at_ y i) * Q2R (joint N i j)).
Proof.
  intro Hj. unfold pull. rewrite sumQ_seq. apply sum_ext. intros i Hi. destruct (Qeq_bool (at_ y i) 0) eqn:E.
  - apply Qeq_bool_iff, Qeq_eqR in E. rewrite E, Q2R_zero. ring.
  - now rewrite Q2R_mult, weights_entry.
Qed.

(** y F = 0 at an equilibrium. *)
Lemma combined x y : rests N x ->
  sum n (fun j => Q2R (at_ y j) * leaks N j * x j - Q2R (pull W y j) * gamma x j) = Q2R (offset_of y).
Proof.
  intro H. unfold offset_of. rewrite sumQ_seq.
  rewrite (sum_ext n (fun i => Q2R (at_ y i * beta i)) (fun i => Q2R (at_ y i) * leaks N i * x i
    - sum n (fun j => Q2R (at_ y i) * Q2R (joint N i j) * gamma x j))).
  - rewrite !sum_minus. f_equal. rewrite sum_exchange. apply sum_ext. intros j Hj. rewrite pull_is by exact Hj.
    now rewrite <- sum_scal_r.
  - intros i Hi. rewrite Q2R_mult. fold (biases N i). pose proof (H i Hi) as E. rewrite net_drive_sum in E.
    rewrite (sum_ext n _ (fun j => Q2R (at_ y i) * (Q2R (joint N i j) * gamma x j))) by (intros; ring).
    rewrite sum_scal. replace (biases N i) with (leaks N i * x i - sum n (fun j => Q2R (joint N i j) * gamma x j)) by lra.
    ring.
Qed.

Definition inside (X : box) (x : vec) : Prop := forall j, on (side X j) (x j).

Lemma least_of_bounds x X y unit : inside X x -> bounds (least_of W X y unit)
  (sum n (fun j => Q2R (at_ y j) * leaks N j * x j - Q2R (pull W y j) * gamma x j) - sum n (fun j => Q2R (unit j) * x j)).
Proof.
  intro HX. rewrite <- sum_minus. unfold least_of.
  set (f := fun j => Q2R (at_ y j) * leaks N j * x j - Q2R (pull W y j) * gamma x j - Q2R (unit j) * x j).
  set (r := fun j => least (Qred (at_ y j * rho j - unit j)) (Qred (- pull W y j))
    (first (shape_at j)) (next (shape_at j)) (side X j)).
  assert (B : forall j, bounds (r j) (f j)).
  { intro j. unfold r, f.
    pose proof (least_bounds (Qred (at_ y j * rho j - unit j)) (Qred (- pull W y j)) (first (shape_at j)) (next (shape_at j))
      (side X j) (x j) (HX j)) as L.
    rewrite !(Qeq_eqR _ _ (Qred_correct _)), Q2R_minus, Q2R_mult, Q2R_opp in L. fold (leaks N j) in L.
    unfold activations, activation. rewrite (shapes_of_neurons ls shapes shaped j (x j)).
    replace (Q2R (at_ y j) * leaks N j * x j - _ - _) with ((Q2R (at_ y j) * leaks N j - Q2R (unit j)) * x j
      + - Q2R (pull W y j) * piecewise (first (shape_at j)) (next (shape_at j)) (x j)) by ring.
    exact L. }
  assert (G : forall m a, bounds (fold_right (fun j s => both (r j) s) (Least 0) (seq a m)) (sum m (fun j => f (a + j)%nat))).
  { induction m as [|m IH]; intro a; [simpl; rewrite Q2R_zero; lra|]. simpl seq. simpl fold_right.
    rewrite Definite.sum_first, Nat.add_0_r. apply bounds_both; [apply B|].
    rewrite (sum_ext m (fun i => f (a + S i)%nat) (fun i => f (S a + i)%nat)); [apply IH|].
    intros i _. f_equal. lia. }
  specialize (G n O). rewrite (sum_ext n f (fun j => f (0 + j)%nat)) by reflexivity. exact G.
Qed.

Lemma one_at_sum i c (x : vec) : (i < n)%nat -> sum n (fun j => Q2R (one_at i c j) * x j) = Q2R c * x i.
Proof.
  intro Hi. rewrite <- (Definite.sum_at n (fun j => Q2R c * x j) i Hi). apply sum_ext. intros j _. unfold one_at.
  destruct (Nat.eqb i j); [reflexivity|]. rewrite Q2R_zero. ring.
Qed.

Lemma check_sound x t : rests N x -> forall X, inside X x -> check W X t = true ->
  exists v, In v states /\ agree n (state v) x.
Proof.
  intro Hx. induction t as [i a t1 IH1 t2 IH2|i v y t IH|i v y t IH|y|k]; intros X HX H; simpl in H.
  - apply andb_prop in H. destruct H as (H1 & H2). destruct (Rle_dec (x i) (Q2R a)) as [Q|Q].
    + apply (IH1 _ (put_in x X i _ HX (on_no_more _ _ _ (HX i) Q)) H1).
    + apply (IH2 _ (put_in x X i _ HX (on_no_less (side X i) a (x i) (HX i) ltac:(lra))) H2).
  - apply andb_prop in H. destruct H as (Hi & H). apply Nat.ltb_lt in Hi.
    pose proof (least_of_bounds x X y (one_at i 1) HX) as B. rewrite (combined x y Hx), one_at_sum in B by exact Hi.
    destruct (least_of W X y (one_at i 1)) as [| |m]; [destruct B|discriminate|]. cbn [bounds] in B.
    apply andb_prop in H. destruct H as (L & H). apply Qle_bool_iff, Qle_Rle in L. rewrite Q2R_minus in L.
    replace (Q2R 1) with 1 in B by (unfold Q2R; simpl; lra).
    apply (IH _ (put_in x X i _ HX (on_no_more (side X i) v (x i) (HX i) ltac:(lra))) H).
  - apply andb_prop in H. destruct H as (Hi & H). apply Nat.ltb_lt in Hi.
    pose proof (least_of_bounds x X y (one_at i (-1)) HX) as B. rewrite (combined x y Hx), one_at_sum in B by exact Hi.
    destruct (least_of W X y (one_at i (-1))) as [| |m]; [destruct B|discriminate|]. cbn [bounds] in B.
    apply andb_prop in H. destruct H as (L & H). apply Qle_bool_iff, Qle_Rle in L. rewrite Q2R_minus in L.
    replace (Q2R (-1)) with (-1) in B by (unfold Q2R; simpl; lra).
    apply (IH _ (put_in x X i _ HX (on_no_less (side X i) v (x i) (HX i) ltac:(lra))) H).
  - pose proof (least_of_bounds x X y (fun _ => 0%Q) HX) as B. rewrite (combined x y Hx) in B.
    rewrite (sum_ext n (fun j => Q2R 0 * x j) (fun _ => 0)), sum_zero in B by (intros; rewrite Q2R_zero; ring).
    destruct (least_of W X y (fun _ => 0%Q)) as [| |m]; [destruct B|discriminate|]. cbn [bounds] in B.
    pose proof (Qle_bool_dec m (offset_of y)) as D. destruct (Qle_bool m (offset_of y)); [discriminate|lra].
  - apply andb_prop in H. destruct H as (Hk & H). apply Nat.ltb_lt in Hk. exists (nth k states []).
    split; [now apply nth_In|]. intros i Hi. pose proof (below_true n _ i H Hi) as E. cbv beta in E.
    destruct (HX i) as (A & B). destruct (side X i) as ([a|] & [b|]); try discriminate. simpl in A, B.
    apply andb_prop in E. destruct E as (Ea & Eb). apply Qeq_bool_iff, Qeq_eqR in Ea. apply Qeq_bool_iff, Qeq_eqR in Eb.
    unfold state. lra.
Qed.

Lemma rests_sound v : rests_at_bool W v = true -> rests N (state v).
Proof.
  intros H i Hi. pose proof (below_true n _ i H Hi) as E. cbv beta in E. apply Qeq_bool_iff, Qeq_eqR in E.
  rewrite Q2R_plus, Q2R_mult, sumQ_seq in E. fold (biases N i) (leaks N i) in E. rewrite net_drive_sum.
  rewrite (sum_ext n (fun j => Q2R (joint N i j) * gamma (state v) j) (fun j => Q2R (at_ (nth i W []) j *
    at_ (map (fun j => piecewiseQ (first (shape_at j)) (next (shape_at j)) (at_ v j)) (seq 0 n)) j))).
  - unfold state. lra.
  - intros j Hj. rewrite Q2R_mult, weights_entry by auto. f_equal. unfold activations, activation, state.
    rewrite (shapes_of_neurons ls shapes shaped j), <- piecewiseQ_is. f_equal. unfold at_ at 2.
    set (f := fun j => piecewiseQ (first (shape_at j)) (next (shape_at j)) (at_ v j)).
    rewrite (nth_indep (map f (seq 0 n)) 0%Q (f O)) by (rewrite map_length, seq_length; exact Hj).
    now rewrite map_nth, seq_nth.
Qed.

Lemma different_sound list : check_different list = true -> different N list.
Proof.
  induction list as [|v rest IH]; intro H; simpl in H; [constructor|]. apply andb_prop in H. destruct H as (H1 & H2).
  constructor; [|now apply IH]. apply List.Forall_forall. intros w Hw A. rewrite forallb_forall in H1.
  specialize (H1 w Hw). apply negb_true_iff in H1. unfold below in H1.
  assert (T : forallb (fun i => Qeq_bool (at_ v i) (at_ w i)) (seq 0 n) = true); [|congruence].
  apply forallb_forall. intros i Hi. apply in_seq in Hi. apply Qeq_bool_iff, eqR_Qeq. apply (A i). lia.
Qed.

Theorem some_by_computation : check_some = true -> rests_at N states.
Proof.
  unfold check_some. intro H. apply andb_prop in H. destruct H as (H1 & H2). rewrite forallb_forall in H1.
  split; [apply List.Forall_forall; intros v Hv; now apply rests_sound, H1|now apply different_sound].
Qed.

Theorem all_by_tree t : check_all t = true -> rests_exactly_at N states.
Proof.
  unfold check_all. rewrite !andb_true_iff. intros ((H1 & H2) & H3). rewrite forallb_forall in H1.
  split; [|now apply different_sound]. intro x. split.
  - intro Hx. apply (check_sound x t Hx everywhere); [|exact H3]. intro j. unfold everywhere, side.
    destruct (Nat.lt_ge_cases j n) as [Q|Q].
    + rewrite nth_repeat. now split.
    + rewrite nth_overflow by now rewrite repeat_length. now split.
  - intros (v & Hv & A). pose proof (rests_sound v (H1 v Hv)) as R. intros i Hi. specialize (R i Hi).
    rewrite net_drive_sum in *. rewrite <- (A i Hi), <- R. f_equal. f_equal. apply sum_ext. intros j Hj.
    unfold activations. now rewrite <- (A j Hj).
Qed.
End Network.

Lemma resting_moves N v : rests N v -> moves N (fun _ => v).
Proof.
  intros H t Ht i Hi. split; [|intros _; now apply H]. intros _. unfold flow. rewrite (H i Hi).
  replace (0 / times N i) with 0 by (unfold Rdiv; ring). apply (is_derive_const (K := R_AbsRing) (v i) t).
Qed.

(** Where there are two equilibria, none attracts everything. *)
Lemma nothing_by_two_states N (v w : vec) : rests N v -> rests N w ->
  ~ agree (number_of (map size (layers N))) v w -> nothing_attracts_everything N.
Proof.
  intros Hv Hw D xs A. apply D. intros i Hi.
  assert (E : forall u : vec, rests N u -> u i = xs i).
  { intros u Hu. destruct (Req_dec (u i) (xs i)) as [E|E]; [exact E|]. exfalso.
    destruct (A _ (resting_moves N _ Hu) (Rabs (u i - xs i))) as (t1 & H1 & K).
    - apply Rabs_pos_lt. lra.
    - specialize (K t1 ltac:(lra) i Hi). lra. }
  rewrite (E v Hv), (E w Hw). reflexivity.
Qed.

Theorem nothing_by_two N v w list : rests_at N (v :: w :: list) -> nothing_attracts_everything N.
Proof.
  intros (H & D). inversion H as [|? ? Hv Hr]; subst. inversion Hr as [|? ? Hw _]; subst.
  inversion D as [|? ? Da _]; subst. inversion Da as [|? ? Dvw _]; subst. now apply (nothing_by_two_states N (state v) (state w)).
Qed.
