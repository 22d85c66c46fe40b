(** All equilibria of networks whose activations are multiples of tanh, by a tree of boxes whose leaves are empty or
    hold one equilibrium, by Krawczyk's test: what exported files prove lists with (docs/proofs.md). *)
From Coq Require Import Reals Qreals Qreduction ZArith List Bool Arith Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Lure Networks Exports Attraction Pieces Lists Tanh Curves T06_krawczyk.
From Coq Require Import QArith_base Qfield.
Import ListNotations.
Open Scope R_scope.

(** ** Trees of boxes *)
(** y combines the equations rho x - b - drive = 0. *)
Inductive tree :=
| Cut (i : nat) (a : Q) (below above : tree)             (* x_i <= a, x_i >= a *)
| Point (i : nat) (a : Q) (rest : tree)                  (* bounds of neuron i are found on both sides of a *)
| Upper (i : nat) (v : Q) (y : numbers) (rest : tree)    (* x_i <= v *)
| Lower (i : nat) (v : Q) (y : numbers) (rest : tree)    (* x_i >= v *)
| Nowhere (y : numbers)                                  (* y F > 0 *)
| One (k : nat) (Y : list numbers) (w : numbers).        (* only the equilibrium of box k: I - YJ shrinks the widths w
  *)

Definition box := list side.
Definition side_at (X : box) (i : nat) : side := nth i X (Side None None []).

Definition absolute (a : Q) : Q := if Qle_bool 0 a then a else (- a)%Q.
Lemma absolute_is a : Q2R (absolute a) = Rabs (Q2R a).
Proof.
  unfold absolute. pose proof (Qle_bool_dec 0 a) as D. rewrite Q2R_zero in D. destruct (Qle_bool 0 a).
  - now rewrite Rabs_pos_eq.
  - now rewrite Q2R_opp, Rabs_left.
Qed.
Definition larger (a b : Q) : Q := if Qle_bool a b then b else a.
Lemma larger_is a b : Q2R (larger a b) = Rmax (Q2R a) (Q2R b).
Proof. unfold larger. pose proof (Qle_bool_dec a b).
destruct (Qle_bool a b); [now rewrite Rmax_right|rewrite Rmax_left; lra]. Qed.

Definition sums (f : nat -> Q) (n : nat) : Q := fold_right (fun j r => add (f j) r) 0%Q (seq 0 n).
Lemma sums_is f n : Q2R (sums f n) = sum n (fun j => Q2R (f j)).
Proof.
  unfold sums. assert (G : forall m a, Q2R (fold_right (fun j r => add (f j) r) 0%Q (seq a m)) = sum m (fun j => Q2R
    (f (a + j)%nat))).
  { induction m as [|m IH]; intro a; [apply Q2R_zero|]. simpl seq. simpl fold_right.
    rewrite add_is, Definite.sum_first, Nat.add_0_r.
    f_equal. rewrite IH. apply sum_ext. intros i _. do 2 f_equal. lia. }
  apply G.
Qed.

Lemma at_map {A} (f : nat -> A) n i d : (i < n)%nat -> nth i (map f (seq 0 n)) d = f i.
Proof.
  intro Hi. rewrite (nth_indep _ d (f O)) by (rewrite map_length, seq_length; exact Hi). now rewrite map_nth, seq_nth.
Qed.

(** The numbers of a network, computed once: the columns of W, the biases and the leaks. *)
Record data := Data { columns : list numbers; offsets : numbers; decays : numbers }.

Section Network.
Variable N : network.
Notation ls := (layers N).
Notation n := (number_of (map size ls)).
Variable curves : list curve.
Hypothesis curved : List.Forall2 (fun l c => has_curve (g l) c) ls curves.
Variable boxes : list (list (Q * Q)).
(** A denominator of the weights; bounds are over 2^k, those at the middle of boxes of the list over 2^fine, by so many
    terms of the series of exp. *)
Variable common : positive.
Variables k terms fine fine_terms : nat.

Notation rho i := (of_neuron (fun l => at_ (leak l)) 1%Q ls i).
Notation bias_of i := (of_neuron (fun l => at_ (bias l)) 0%Q ls i).
Notation curve_at i := (curve_of curves ls i).
Notation gamma x := (activations N x).

Definition collected : data := Data
  (map (fun j => map (fun i => spread common (Qred (joint N i j))) (seq 0 n)) (seq 0 n))
  (map (fun i => bias_of i) (seq 0 n)) (map (fun i => rho i) (seq 0 n)).

Section Computed.
Variable T : data.
Definition pulls (y : numbers) : numbers := map (fun j => dot y (nth j (columns T) [])) (seq 0 n).
Definition offset_of (y : numbers) : Q := dot y (offsets T).

(** The least value of y F + y b - unit x_i on a box. *)
Definition least_of (k : nat) (X : box) (y : numbers) (unit : nat -> Q) : bound := let P := pulls y in
  fold_right (fun j r => also (rounded_bound k (least_on k (curve_at j) (at_ y j * at_ (decays T) j - unit j) (- at_ P
    j) (side_at X j))) r)
    (Least 0) (seq 0 n).

(** Row i of |I - YJ| w, rounded to multiples of 2^-p. *)
Definition slopes_of (X : box) : list (Q * Q) := map (fun i =>
  let (d, d') := steep (curve_at i) (t_least (side_at X i)) (t_most (side_at X i)) in (rounded k d, rounded_up k d'))
    (seq 0 n).
Definition worst_of (S : list (Q * Q)) (y P : numbers) (i j : nat) : Q :=
  let a := ((if Nat.eqb i j then 1 else 0) - at_ y j * at_ (decays T) j)%Q in let s := nth j S (0, 0)%Q in
  larger (absolute (a + at_ P j * fst s)) (absolute (a + at_ P j * snd s)).
Definition row (p : nat) (S : list (Q * Q)) (y w : numbers) (i : nat) : Q := let P := pulls y in
  sums (fun j => rounded_up p (worst_of S y P i j * at_ w j)) n.
Definition factor_q : Q := 1023 # 1024.
Definition shrinks (p : nat) (S : list (Q * Q)) (Y : list numbers) (w : numbers) : bool :=
  below n (fun i => Exports.positive (at_ w i)) && below n (fun i => Qle_bool (row p S (nth i Y []) w i) (factor_q *
    at_ w i)).

(** Krawczyk's test. *)
Definition sides_of (B : list (Q * Q)) : box := map (fun i =>
  Side (Some (end_at k terms (curve_at i) (fst (nth i B (0, 0)%Q)))) (Some (end_at k terms (curve_at i) (snd (nth i B
    (0, 0)%Q)))) [])
  (seq 0 n).
Definition middle_of (B : list (Q * Q)) (i : nat) : Q := ((fst (nth i B (0, 0)) + snd (nth i B (0, 0))) * (1 # 2))%Q.
Definition half_of (B : list (Q * Q)) (i : nat) : Q := ((snd (nth i B (0, 0)) - fst (nth i B (0, 0))) * (1 # 2))%Q.
Definition centre_of (B : list (Q * Q)) : box := map (fun i =>
  let e := end_at fine fine_terms (curve_at i) (middle_of B i) in Side (Some e) (Some e) []) (seq 0 n).
Definition stays_at (X : box) (S : list (Q * Q)) (y w : numbers) (i : nat) : bool :=
  let t := row fine S y w i in let minus := map Qopp y in
  match least_of fine X y (fun _ => 0%Q), least_of fine X minus (fun _ => 0%Q) with
  | Least m, Least m' => Qle_bool (t + (offset_of y - m)) (at_ w i) && Qle_bool (t + (offset_of minus - m')) (at_ w i)
  | _, _ => false end.
Definition nearly_J (S : list (Q * Q)) (i : nat) : numbers := map (fun j =>
  rounded k ((if Nat.eqb i j then at_ (decays T) i else 0) - at_ (nth j (columns T) []) i * fst (nth j S (0, 0)))%Q)
    (seq 0 n).
Definition column_of (Y : list numbers) (j : nat) : numbers := map (fun i => at_ (nth i Y []) j) (seq 0 n).
Definition is_regular (S : list (Q * Q)) (Y : list numbers) : bool := let columns := map (column_of Y) (seq 0 n) in
  below n (fun i => let z := nearly_J S i in
    Qle_bool (sums (fun j => absolute ((if Nat.eqb i j then 1 else 0) - dot z (nth j columns []))) n) (1 # 2)).
Definition has_one (B : list (Q * Q)) (Y : list numbers) : bool :=
  let S := slopes_of (sides_of B) in let w := map (half_of B) (seq 0 n) in let X := centre_of B in
  shrinks fine S Y w && below n (fun i => stays_at X S (nth i Y []) w i) && is_regular S Y.

(** A state that is an equilibrium exactly, as a box without width. *)
Definition at_exactly (B : list (Q * Q)) : bool := let X := centre_of B in
  below n (fun i => Qeq_bool (fst (nth i B (0, 0)%Q)) (snd (nth i B (0, 0)%Q))) && below n (fun i =>
    let y := map (one_at i 1) (seq 0 n) in let minus := map (one_at i (-1)) (seq 0 n) in
    match least_of fine X y (fun _ => 0%Q), least_of fine X minus (fun _ => 0%Q) with
    | Least m, Least m' => Qle_bool (offset_of y) m && Qle_bool (offset_of minus) m' | _, _ => false end).
Definition holds_one (B : list (Q * Q)) (Y : list numbers) : bool :=
  match Y with [] => at_exactly B | _ => has_one B Y end.

(** The hull of two intervals. *)
Definition lower (a b : option end_) : option end_ := match a, b with
  | Some a, Some b => Some (if Qle_bool (place a) (place b) then a else b) | _, _ => None end.
Definition upper (a b : option end_) : option end_ := match a, b with
  | Some a, Some b => Some (if Qle_bool (place a) (place b) then b else a) | _, _ => None end.
Definition hull_side (s r : side) : side := Side (lower (low s) (low r)) (upper (high s) (high r)) [].
Definition hull (X B : box) : box := map (fun i => hull_side (side_at X i) (side_at B i)) (seq 0 n).

Section Checked.
(** The boxes of the list, with bounds at their ends. *)
Variable tops : list box.
Fixpoint check (X : box) (t : tree) : bool := match t with
  | Cut i a below above => Nat.ltb i n && let e := Some (end_at k terms (curve_at i) a) in let s := side_at X i in
      check (put i (Side (low s) e []) X) below && check (put i (Side e (high s) []) X) above
  | Point i a rest => Nat.ltb i n && let s := side_at X i in
      check (put i (Side (low s) (high s) (inner s ++ [end_at k terms (curve_at i) a])) X) rest
  | Upper i v y rest => Nat.ltb i n && match least_of k X y (one_at i 1) with
      | Least m => Qle_bool (offset_of y - m) v
        && check (put i (Side (low (side_at X i)) (Some (end_at k terms (curve_at i) v)) []) X) rest
      | Nothing => true | Unbounded => false end
  | Lower i v y rest => Nat.ltb i n && match least_of k X y (one_at i (-1)) with
      | Least m => Qle_bool v (m - offset_of y)
        && check (put i (Side (Some (end_at k terms (curve_at i) v)) (high (side_at X i)) []) X) rest
      | Nothing => true | Unbounded => false end
  | Nowhere y => match least_of k X y (fun _ => 0%Q) with
      | Least m => negb (Qle_bool m (offset_of y)) | Nothing => true | Unbounded => false end
  | One b Y w => Nat.ltb b (length boxes) && shrinks k (slopes_of (hull X (nth b tops []))) Y w end.
End Checked.
End Computed.

Definition apart_at (A B : list (Q * Q)) : bool := existsb (fun i =>
  negb (Qle_bool (fst (nth i B (0, 0)%Q)) (snd (nth i A (0, 0)%Q))) || negb (Qle_bool (fst (nth i A (0, 0)%Q)) (snd
    (nth i B (0, 0)%Q)))) (seq 0 n).
Fixpoint check_apart (list : list (Datatypes.list (Q * Q))) : bool := match list with [] => true
  | A :: rest => forallb (apart_at A) rest && check_apart rest end.
Fixpoint each_has_one (T : data) (list : list (Datatypes.list (Q * Q))) (inverses : Datatypes.list (Datatypes.list
  numbers)) : bool :=
  match list, inverses with [], _ => true
  | B :: rest, Y :: inverses => holds_one T B Y && each_has_one T rest inverses | _, _ => false end.
Definition whole_space : box := repeat (Side None None []) n.
Definition check_some (inverses : list (list numbers)) : bool := each_has_one collected boxes inverses && check_apart
  boxes.
Definition check_all (inverses : list (list numbers)) (t : tree) : bool := let T := collected in
  each_has_one T boxes inverses && check_apart boxes && check T (map sides_of boxes) whole_space t.

(** ** Soundness *)
Lemma curve_holds i : (i < n)%nat -> has_curve (activation N i) (curve_at i).
Proof. intro Hi. now apply curves_of_neurons. Qed.

Lemma column_at i j : (i < n)%nat -> (j < n)%nat -> Q2R (at_ (nth j (columns collected) []) i) = Q2R (joint N i j).
Proof.
  intros Hi Hj. unfold collected. cbn [columns]. rewrite at_map by exact Hj. unfold at_. rewrite at_map by exact Hi.
  now rewrite spread_is, (Qeq_eqR _ _ (Qred_correct _)).
Qed.
Lemma decay_at i : (i < n)%nat -> Q2R (at_ (decays collected) i) = leaks N i.
Proof. intro Hi. unfold collected, at_. cbn [decays]. now rewrite at_map. Qed.

Notation T := collected.
Lemma pull_at y j : (j < n)%nat -> Q2R (at_ (pulls T y) j) = sum n (fun i => Q2R (at_ y i) * Q2R (joint N i j)).
Proof.
  intro Hj. unfold pulls, at_ at 1. rewrite at_map by exact Hj. rewrite (dot_is y _ n).
  - apply sum_ext. intros i Hi. now rewrite column_at.
  - unfold collected. cbn [columns]. rewrite at_map by exact Hj. rewrite map_length, seq_length. auto.
Qed.
Lemma offset_is y : Q2R (offset_of T y) = sum n (fun i => Q2R (at_ y i) * biases N i).
Proof.
  unfold offset_of. rewrite (dot_is y _ n) by (unfold collected; cbn [offsets]; now rewrite map_length, seq_length).
  apply sum_ext. intros i Hi. unfold collected, at_ at 2. cbn [offsets]. now rewrite at_map.
Qed.

(** y F, where F = rho x - b - drive. *)
Lemma combination x y : sum n (fun i => Q2R (at_ y i) * - net_drive N x i)
  = sum n (fun j => Q2R (at_ y j) * leaks N j * x j - Q2R (at_ (pulls T y) j) * gamma x j) - Q2R (offset_of T y).
Proof.
  rewrite offset_is, !sum_minus.
  rewrite (sum_ext n (fun j => Q2R (at_ (pulls T y) j) * gamma x j) (fun j => sum n (fun i => Q2R (at_ y i) * Q2R
    (joint N i j) * gamma x j)))
    by (intros j Hj; now rewrite pull_at, <- sum_scal_r).
  rewrite <- sum_exchange, <- !sum_minus. apply sum_ext. intros i Hi. rewrite net_drive_sum.
  rewrite (sum_ext n (fun j => Q2R (at_ y i) * Q2R (joint N i j) * gamma x j) (fun j => Q2R (at_ y i) * (Q2R (joint N
    i j) * gamma x j)))
    by (intros; ring). rewrite sum_scal. ring.
Qed.

Definition within_box (X : box) (x : vec) : Prop := forall i, (i < n)%nat -> holds (curve_at i) (side_at X i) (x i).

Lemma least_of_bounds k' x X y u : within_box X x -> bounds (least_of T k' X y u)
  (sum n (fun j => Q2R (at_ y j) * leaks N j * x j - Q2R (at_ (pulls T y) j) * gamma x j) - sum n (fun j => Q2R (u j)
    * x j)).
Proof.
  intro HX. rewrite <- sum_minus. unfold least_of. cbv zeta.
  set (f := fun j => Q2R (at_ y j) * leaks N j * x j - Q2R (at_ (pulls T y) j) * gamma x j - Q2R (u j) * x j).
  set (r := fun j => rounded_bound k' (least_on k' (curve_at j) (at_ y j * at_ (decays T) j - u j) (- at_ (pulls T y)
    j) (side_at X j))).
  assert (B : forall j, (j < n)%nat -> bounds (r j) (f j)).
  { intros j Hj. unfold r, f. apply rounded_bounds. destruct (curve_holds j Hj) as (Hg & Hb & E).
    pose proof (least_on_bounds k' (curve_at j) (at_ y j * at_ (decays T) j - u j) (- at_ (pulls T y) j) (side_at X j)
      (x j) Hg Hb (HX j Hj)) as L.
    rewrite <- E, Q2R_minus, Q2R_mult, Q2R_opp, decay_at in L by exact Hj.
    replace (Q2R (at_ y j) * leaks N j * x j - _ - _) with ((Q2R (at_ y j) * leaks N j - Q2R (u j)) * x j
      + - Q2R (at_ (pulls T y) j) * activation N j (x j)) by (unfold activations; ring). exact L. }
  assert (G : forall m a, (forall j, (a + j < a + m)%nat -> bounds (r (a + j)%nat) (f (a + j)%nat)) ->
    bounds (fold_right (fun j s => also (r j) s) (Least 0) (seq a m)) (sum m (fun j => f (a + j)%nat))).
  { induction m as [|m IH]; intros a H; [simpl; rewrite Q2R_zero; lra|]. simpl seq. simpl fold_right.
    rewrite Definite.sum_first. apply bounds_also; [rewrite <- (Nat.add_0_r a) at 1; apply H; lia|].
    rewrite (sum_ext m (fun i => f (a + S i)%nat) (fun i => f (S a + i)%nat)) by (intros; f_equal; lia).
    apply IH. intros j Hj. replace (S a + j)%nat with (a + S j)%nat by lia. apply H. lia. }
  apply (G n O). intros j Hj. apply B. lia.
Qed.

Lemma put_within x X i s : within_box X x -> ((i < n)%nat -> holds (curve_at i) s (x i)) -> within_box (put i s X) x.
Proof.
  intros H Hs j Hj. unfold side_at.
  destruct (put_at (Side None None []) i s X j) as [->|(-> & ->)]; [now apply H|now apply Hs].
Qed.

(** The slopes on a box, and Y F, as T06_krawczyk.v has them. *)
Definition real_rows (Y : list numbers) (i j : nat) : R := Q2R (at_ (nth i Y []) j).
Notation W := (fun i j => Q2R (joint N i j)).
Notation F := (T06_krawczyk.residual n W (biases N) (leaks N) (activation N)).

Lemma residual_is x i : F x i = - net_drive N x i.
Proof. rewrite net_drive_sum. unfold residual, activations. ring. Qed.
Lemma rest_is x : T06_krawczyk.at_rest n W (biases N) (leaks N) (activation N) x <-> rests N x.
Proof. split; intros H i Hi; specialize (H i Hi); rewrite residual_is in *; lra. Qed.

(** Between two ends. *)
Definition spans (X : box) (lo hi : vec) : Prop := forall i u, (i < n)%nat -> lo i <= u <= hi i ->
  holds (curve_at i) (side_at X i) u.
Lemma slopes_spanned X lo hi i u v : spans X lo hi -> (i < n)%nat -> lo i <= u <= hi i -> lo i <= v <= hi i ->
  exists s, Q2R (fst (nth i (slopes_of X) (0, 0)%Q)) <= s <= Q2R (snd (nth i (slopes_of X) (0, 0)%Q)) /\
    activation N i v - activation N i u = s * (v - u).
Proof.
  intros H Hi Hu Hv. destruct (curve_holds i Hi) as (Hg & Hb & E). rewrite !E. unfold slopes_of.
  rewrite at_map by exact Hi.
  destruct (curve_slopes (curve_at i) (t_least (side_at X i)) (t_most (side_at X i)) u v Hg Hb) as (s & Hs & Es).
  2: { exists s. split; [|exact Es]. destruct (steep _ _ _) as (d, d'). cbn [fst snd] in *.
    pose proof (rounded_down k d). pose proof (rounded_up_is k d'). lra. }
  intros t Ht. apply tanh_between; [exact Hb|]. apply H; [exact Hi|].
  revert Ht. unfold Rmin, Rmax. destruct (Rle_dec u v); intros; lra.
Qed.

Lemma row_is p S y w i : (i < n)%nat -> (forall j, (j < n)%nat -> 0 < Q2R (at_ w j)) ->
  sum n (fun j => Rmax
    (Rabs ((if Nat.eqb i j then 1 else 0) - Q2R (at_ y j) * leaks N j + Q2R (at_ (pulls T y) j) * Q2R (fst (nth j S
      (0, 0)%Q))))
    (Rabs ((if Nat.eqb i j then 1 else 0) - Q2R (at_ y j) * leaks N j + Q2R (at_ (pulls T y) j) * Q2R (snd (nth j S
      (0, 0)%Q))))
    * Q2R (at_ w j)) <= Q2R (row T p S y w i).
Proof.
  intros Hi Hw. unfold row. rewrite sums_is. apply sum_le. intros j Hj.
  eapply Rle_trans; [|apply rounded_up_is]. rewrite Q2R_mult. right. f_equal. unfold worst_of. cbv zeta.
  rewrite larger_is, !absolute_is, !Q2R_plus, !Q2R_minus, !Q2R_mult, decay_at by exact Hj.
  replace (Q2R (if Nat.eqb i j then 1 else 0)) with (if Nat.eqb i j then 1 else 0) by (destruct (Nat.eqb i j);
    [now rewrite Q2R_one|now rewrite Q2R_zero]).
  reflexivity.
Qed.

Lemma shrinks_is p S Y w : shrinks T p S Y w = true -> (forall i, (i < n)%nat -> 0 < Q2R (at_ w i)) /\
  forall i, (i < n)%nat -> sum n (fun j => worst n W (real_rows Y) (leaks N)
    (fun j => Q2R (fst (nth j S (0, 0)%Q))) (fun j => Q2R (snd (nth j S (0, 0)%Q))) i j * Q2R (at_ w j)) <= Q2R
      factor_q * Q2R (at_ w i).
Proof.
  intro H. apply andb_prop in H. destruct H as (H1 & H2).
  assert (P : forall i, (i < n)%nat -> 0 < Q2R (at_ w i)) by (intros i Hi; apply positive_true;
    exact (below_true n _ i H1 Hi)).
  split; [exact P|]. intros i Hi. pose proof (below_true n _ i H2 Hi) as E. cbv beta in E.
  apply Qle_bool_iff, Qle_Rle in E.
  rewrite Q2R_mult in E. eapply Rle_trans; [|exact E]. eapply Rle_trans; [|apply row_is; auto].
  right. apply sum_ext. intros j Hj. unfold worst, apart, pulled, real_rows. rewrite pull_at by exact Hj. reflexivity.
Qed.
Lemma factor_range : 0 < Q2R factor_q < 1.
Proof. unfold factor_q, Q2R. simpl. lra. Qed.

Lemma only_one p X Y w lo hi x y : spans X lo hi -> shrinks T p (slopes_of X) Y w = true ->
  (forall i, (i < n)%nat -> lo i <= x i <= hi i) -> (forall i, (i < n)%nat -> lo i <= y i <= hi i) ->
  rests N x -> rests N y -> agree n x y.
Proof.
  intros HX H Hx Hy Rx Ry. apply shrinks_is in H. destruct H as (P & H).
  eapply (no_two_in_box n W (real_rows Y) (biases N) (leaks N) (activation N) lo hi (fun i => Q2R (at_ w i))
    (fun j => Q2R (fst (nth j (slopes_of X) (0, 0)%Q))) (fun j => Q2R (snd (nth j (slopes_of X) (0, 0)%Q)))) with (q
      := Q2R factor_q).
  all: try exact factor_range; try assumption; try (apply rest_is; assumption).
  intros i u v Hi Hu Hv. now apply (slopes_spanned X lo hi).
Qed.

(** ** The test for a box of the list *)
Notation lo B := (fun i => Q2R (fst (nth i B (0, 0)%Q))).
Notation hi B := (fun i => Q2R (snd (nth i B (0, 0)%Q))).

Lemma sides_span B : spans (sides_of B) (lo B) (hi B).
Proof.
  intros i u Hi (A & A'). unfold side_at, sides_of. rewrite at_map by exact Hi. unfold holds. cbn [low high inner].
  repeat split; try apply end_fits; try exact A; try exact A'. constructor.
Qed.

Lemma centre_within B : within_box (centre_of B) (fun j => Q2R (middle_of B j)).
Proof.
  intros j Hj. unfold side_at, centre_of. rewrite at_map by exact Hj. unfold holds. cbn [low high inner].
  pose proof (end_fits fine fine_terms (curve_at j) (middle_of B j)) as E.
  repeat split; try apply E; simpl; try lra. constructor.
Qed.

Lemma stays_is B S Y w i : (i < n)%nat -> (forall j, (j < n)%nat -> 0 < Q2R (at_ w j)) ->
  stays_at T (centre_of B) S (nth i Y []) w i = true ->
  Rabs (sum n (fun j => real_rows Y i j * F (fun j => Q2R (middle_of B j)) j)) + Q2R (row T fine S (nth i Y []) w i)
    <= Q2R (at_ w i).
Proof.
  intros Hi Hw H. unfold stays_at in H. cbv zeta in H. set (c := fun j => Q2R (middle_of B j)).
  set (y := nth i Y []) in *.
  assert (HX : within_box (centre_of B) c) by apply centre_within.
  pose proof (least_of_bounds fine c (centre_of B) y (fun _ => 0%Q) HX) as L.
  pose proof (least_of_bounds fine c (centre_of B) (map Qopp y) (fun _ => 0%Q) HX) as L'.
  assert (Z : sum n (fun j => Q2R 0 * c j) = 0) by (rewrite (sum_ext n _ (fun _ => 0)) by (intros; rewrite Q2R_zero;
    ring); apply sum_zero).
  cbv beta in L, L'. rewrite Z in L, L'.
  destruct (least_of T fine (centre_of B) y (fun _ => 0%Q)) as [| |m]; try discriminate.
  destruct (least_of T fine (centre_of B) (map Qopp y) (fun _ => 0%Q)) as [| |m']; try discriminate.
  apply andb_prop in H. destruct H as (H1 & H2). apply Qle_bool_iff, Qle_Rle in H1. apply Qle_bool_iff, Qle_Rle in H2.
  rewrite Q2R_plus, Q2R_minus in H1, H2. cbn [bounds] in L, L'.
  pose proof (combination c y) as C. pose proof (combination c (map Qopp y)) as C'.
  assert (E : sum n (fun j => real_rows Y i j * F c j) = sum n (fun j => Q2R (at_ y j) * - net_drive N c j)).
  { apply sum_ext. intros j _. now rewrite residual_is. }
  assert (E' : sum n (fun j => Q2R (at_ (map Qopp y) j) * - net_drive N c j) = - sum n (fun j => Q2R (at_ y j) * -
    net_drive N c j)).
  { rewrite <- sum_opp. apply sum_ext. intros j _. replace (Q2R (at_ (map Qopp y) j)) with (- Q2R (at_ y j)); [ring|].
    unfold at_. change 0%Q with (Qopp 0) at 2. rewrite map_nth. now rewrite Q2R_opp. }
  rewrite E. unfold Rabs. destruct Rcase_abs; lra.
Qed.

Lemma regular_is S Y : is_regular T S Y = true -> forall i, (i < n)%nat ->
  sum n (fun k => Rabs ((if Nat.eqb i k then 1 else 0) - sum n (fun j => real_rows (map (nearly_J T S) (seq 0 n)) i j
    * real_rows Y j k))) <= 1 / 2.
Proof.
  intros H i Hi. pose proof (below_true n _ i H Hi) as E. cbv beta zeta in E. apply Qle_bool_iff, Qle_Rle in E.
  rewrite sums_is in E. replace (Q2R (1 # 2)) with (1 / 2) in E by (unfold Q2R; simpl; lra).
  eapply Rle_trans; [|exact E].
  right. apply sum_ext. intros j Hj. rewrite absolute_is, Q2R_minus. f_equal. f_equal.
  - destruct (Nat.eqb i j); [now rewrite Q2R_one|now rewrite Q2R_zero].
  - rewrite at_map by exact Hj. rewrite (dot_is _ _ n) by (unfold column_of; now rewrite map_length, seq_length).
    apply sum_ext. intros m Hm. unfold real_rows. rewrite at_map by exact Hi. f_equal. unfold column_of, at_ at 2.
    now rewrite at_map.
Qed.

Theorem has_one_sound B Y : has_one T B Y = true -> rests_once_in N B.
Proof.
  unfold has_one. cbv zeta. set (S := slopes_of (sides_of B)). set (w := map (half_of B) (seq 0 n)).
  rewrite !andb_true_iff. intros ((Hs & Hc) & Hr).
  pose proof (shrinks_is fine S Y w Hs) as (Hw & Sh).
  assert (Mid : forall i, (i < n)%nat -> lo B i = Q2R (middle_of B i) - Q2R (at_ w i) /\ hi B i = Q2R (middle_of B i)
    + Q2R (at_ w i)).
  { intros i Hi. unfold w, at_. rewrite at_map by exact Hi. unfold middle_of, half_of.
    rewrite !Q2R_mult, Q2R_plus, Q2R_minus.
    replace (Q2R (1 # 2)) with (/ 2) by (unfold Q2R; simpl; lra). lra. }
  destruct (one_in_box n W (real_rows Y) (biases N) (leaks N) (activation N) (lo B) (hi B) (fun i => Q2R (middle_of B
    i)) (fun i => Q2R (at_ w i))
    (fun j => Q2R (fst (nth j S (0, 0)%Q))) (fun j => Q2R (snd (nth j S (0, 0)%Q)))) with (q := Q2R factor_q)
    (Z := real_rows (map (nearly_J T S) (seq 0 n))) as (x & Hx & Rx).
  all: try exact factor_range; try assumption.
  - intros i u v Hi Hu Hv. now apply (slopes_spanned (sides_of B) (lo B) (hi B) i u v (sides_span B)).
  - intros i Hi. pose proof (below_true n _ i Hc Hi) as E. cbv beta in E. apply stays_is in E; auto.
    eapply Rle_trans; [|exact E]. apply Rplus_le_compat_l. eapply Rle_trans; [|apply row_is; auto].
    right. apply sum_ext. intros j Hj. unfold worst, T06_krawczyk.apart, pulled, real_rows. rewrite pull_at by exact Hj.
    reflexivity.
  - now apply regular_is.
  - apply rest_is in Rx. exists x. split; [exact Rx|]. split; [exact Hx|]. intros y Ry Hy.
    now apply (only_one fine (sides_of B) Y w (lo B) (hi B) x y (sides_span B)).
Qed.

Theorem at_exactly_sound B : at_exactly T B = true -> rests_once_in N B.
Proof.
  unfold at_exactly. cbv zeta. intro H. apply andb_prop in H. destruct H as (H1 & H2).
  set (c := fun j => Q2R (middle_of B j)).
  assert (Mid : forall i, (i < n)%nat -> lo B i = c i /\ hi B i = c i).
  { intros i Hi. pose proof (below_true n _ i H1 Hi) as E. cbv beta in E. apply Qeq_bool_iff, Qeq_eqR in E.
    unfold c, middle_of. rewrite Q2R_mult, Q2R_plus. replace (Q2R (1 # 2)) with (/ 2) by (unfold Q2R; simpl; lra). lra. }
  exists c. split; [|split].
  - intros i Hi. pose proof (below_true n _ i H2 Hi) as E. cbv beta in E.
    set (y := map (one_at i 1) (seq 0 n)) in *. set (minus := map (one_at i (-1)) (seq 0 n)) in *.
    pose proof (least_of_bounds fine c (centre_of B) y (fun _ => 0%Q) (centre_within B)) as L.
    pose proof (least_of_bounds fine c (centre_of B) minus (fun _ => 0%Q) (centre_within B)) as L'.
    assert (Z : sum n (fun j => Q2R 0 * c j) = 0)
      by (rewrite (sum_ext n _ (fun _ => 0)) by (intros; rewrite Q2R_zero; ring); apply sum_zero).
    cbv beta in L, L'. rewrite Z in L, L'.
    destruct (least_of T fine (centre_of B) y (fun _ => 0%Q)) as [| |m]; try discriminate.
    destruct (least_of T fine (centre_of B) minus (fun _ => 0%Q)) as [| |m']; try discriminate.
    apply andb_prop in E. destruct E as (E & E'). apply Qle_bool_iff, Qle_Rle in E. apply Qle_bool_iff, Qle_Rle in E'.
    cbn [bounds] in L, L'. pose proof (combination c y) as C. pose proof (combination c minus) as C'.
    assert (S : forall a, sum n (fun j => Q2R (at_ (map (one_at i a) (seq 0 n)) j) * - net_drive N c j)
      = Q2R a * - net_drive N c i).
    { intro a. rewrite <- (one_at_sum N i a (fun j => - net_drive N c j) Hi). apply sum_ext. intros j Hj.
      unfold at_. now rewrite at_map. }
    unfold y in C. unfold minus in C'. rewrite S in C, C'. fold y in C. fold minus in C'.
    rewrite Q2R_one in C. rewrite Q2R_minus_one in C'. lra.
  - intros i Hi. destruct (Mid i Hi). lra.
  - intros z _ Hz i Hi. destruct (Mid i Hi). specialize (Hz i Hi). lra.
Qed.

Theorem holds_one_sound B Y : holds_one T B Y = true -> rests_once_in N B.
Proof. destruct Y as [|y Y]; [apply at_exactly_sound|apply has_one_sound]. Qed.

(** ** The tree *)
Lemma hull_spans X B x : within_box X x ->
  spans (hull X (sides_of B)) (fun i => Rmin (lo B i) (x i)) (fun i => Rmax (hi B i) (x i)).
Proof.
  intros HX i u Hi (A & A'). unfold side_at at 1, hull. rewrite at_map by exact Hi.
  pose proof (HX i Hi) as (L & U & _). pose proof (end_fits k terms (curve_at i)) as E.
  unfold hull_side, holds. cbn [low high inner].
  assert (Sl : low (side_at (sides_of B) i) = Some (end_at k terms (curve_at i) (fst (nth i B (0, 0)%Q))))
    by (unfold side_at, sides_of; now rewrite at_map).
  assert (Sh : high (side_at (sides_of B) i) = Some (end_at k terms (curve_at i) (snd (nth i B (0, 0)%Q))))
    by (unfold side_at, sides_of; now rewrite at_map).
  rewrite Sl, Sh. split; [|split; [|constructor]].
  - destruct (low (side_at X i)) as [a|]; [|exact I]. destruct L as (Fa & L). cbn [lower].
    pose proof (Qle_bool_dec (place a) (place (end_at k terms (curve_at i) (fst (nth i B (0, 0)%Q))))) as D.
    change (place (end_at k terms (curve_at i) (fst (nth i B (0, 0)%Q)))) with (fst (nth i B (0, 0)%Q)) in *.
    destruct (Qle_bool (place a) (fst (nth i B (0, 0)%Q))); (split; [auto; apply E|]); revert A; unfold Rmin;
      destruct Rle_dec; intro; simpl; lra.
  - destruct (high (side_at X i)) as [a|]; [|exact I]. destruct U as (Fa & U). cbn [upper].
    pose proof (Qle_bool_dec (place a) (place (end_at k terms (curve_at i) (snd (nth i B (0, 0)%Q))))) as D.
    change (place (end_at k terms (curve_at i) (snd (nth i B (0, 0)%Q)))) with (snd (nth i B (0, 0)%Q)) in *.
    destruct (Qle_bool (place a) (snd (nth i B (0, 0)%Q))); (split; [auto; apply E|]); revert A'; unfold Rmax;
      destruct Rle_dec; intro; simpl; lra.
Qed.

Lemma check_sound x t : List.Forall (rests_once_in N) boxes -> rests N x -> forall X, within_box X x ->
  check T (map sides_of boxes) X t = true -> exists B, In B boxes /\ lies_in N B x.
Proof.
  intros Hb Hx.
  assert (Zero : forall y, sum n (fun j => Q2R (at_ y j) * leaks N j * x j - Q2R (at_ (pulls T y) j) * gamma x j) =
    Q2R (offset_of T y)).
  { intro y. pose proof (combination x y) as C. rewrite (sum_ext n _ (fun _ => 0)), sum_zero in C; [lra|].
    intros i Hi. rewrite (Hx i Hi). ring. }
  induction t as [i a t1 IH1 t2 IH2|i a t IH|i v y t IH|i v y t IH|y|b Y w]; intros X HX H; cbn [check] in H.
  - apply andb_prop in H. destruct H as (Hi & H). apply Nat.ltb_lt in Hi. cbv zeta in H. apply andb_prop in H.
    destruct H as (H1 & H2).
    pose proof (end_fits k terms (curve_at i) a) as E. destruct (Rle_dec (x i) (Q2R a)) as [Q|Q].
    + apply (IH1 _ (put_within x X i _ HX (fun _ => holds_below _ _ _ _ (HX i Hi) E Q)) H1).
    + assert (Q' : Q2R a <= x i) by lra. apply (IH2 _ (put_within x X i _ HX (fun _ => holds_above _ _ _ _ (HX i Hi) E
        Q')) H2).
  - apply andb_prop in H. destruct H as (Hi & H). apply Nat.ltb_lt in Hi. cbv zeta in H.
    exact (IH _ (put_within x X i _ HX (fun _ => holds_point _ _ _ _ (HX i Hi) (end_fits k terms _ a))) H).
  - apply andb_prop in H. destruct H as (Hi & H). apply Nat.ltb_lt in Hi.
    pose proof (least_of_bounds k x X y (one_at i 1) HX) as B. rewrite Zero, one_at_sum in B by exact Hi.
    destruct (least_of T k X y (one_at i 1)) as [| |m]; [destruct B|discriminate|]. cbn [bounds] in B.
    apply andb_prop in H. destruct H as (L & H). apply Qle_bool_iff, Qle_Rle in L. rewrite Q2R_minus in L.
    rewrite Q2R_one in B.
    pose proof (end_fits k terms (curve_at i) v) as E. assert (Q : x i <= Q2R v) by lra.
    apply (IH _ (put_within x X i _ HX (fun _ => holds_below _ _ _ _ (HX i Hi) E Q)) H).
  - apply andb_prop in H. destruct H as (Hi & H). apply Nat.ltb_lt in Hi.
    pose proof (least_of_bounds k x X y (one_at i (-1)) HX) as B. rewrite Zero, one_at_sum in B by exact Hi.
    destruct (least_of T k X y (one_at i (-1))) as [| |m]; [destruct B|discriminate|]. cbn [bounds] in B.
    apply andb_prop in H. destruct H as (L & H). apply Qle_bool_iff, Qle_Rle in L. rewrite Q2R_minus in L.
    rewrite Q2R_minus_one in B.
    pose proof (end_fits k terms (curve_at i) v) as E. assert (Q : Q2R v <= x i) by lra.
    apply (IH _ (put_within x X i _ HX (fun _ => holds_above _ _ _ _ (HX i Hi) E Q)) H).
  - pose proof (least_of_bounds k x X y (fun _ => 0%Q) HX) as B. rewrite Zero in B.
    rewrite (sum_ext n (fun j => Q2R 0 * x j) (fun _ => 0)), sum_zero in B by (intros; rewrite Q2R_zero; ring).
    destruct (least_of T k X y (fun _ => 0%Q)) as [| |m]; [destruct B|discriminate|]. cbn [bounds] in B.
    pose proof (Qle_bool_dec m (offset_of T y)) as D. destruct (Qle_bool m (offset_of T y)); [discriminate|lra].
  - apply andb_prop in H. destruct H as (Hk & H). apply Nat.ltb_lt in Hk.
    rewrite (nth_indep _ [] (sides_of [])), map_nth in H by (now rewrite map_length).
    set (B := nth b boxes []) in *. assert (HB : In B boxes) by now apply nth_In.
    rewrite List.Forall_forall in Hb. destruct (Hb B HB) as (z & Rz & Iz & _). exists B. split; [exact HB|].
    assert (A : agree n z x).
    { apply (only_one k (hull X (sides_of B)) Y w (fun i => Rmin (lo B i) (x i)) (fun i => Rmax (hi B i) (x i)) z x);
        auto.
      - apply hull_spans; auto.
      - intros i Hi. pose proof (Iz i Hi). pose proof (Rmin_l (lo B i) (x i)). pose proof (Rmax_l (hi B i) (x i)).
        cbv beta in *. lra.
      - intros i Hi. pose proof (Rmin_r (lo B i) (x i)). pose proof (Rmax_r (hi B i) (x i)). lra. }
    intros i Hi. rewrite <- (A i Hi). now apply Iz.
Qed.

Lemma apart_sound A B : apart_at A B = true -> forall x, lies_in N A x -> ~ lies_in N B x.
Proof.
  intros H x HA HB. apply existsb_exists in H. destruct H as (i & Hi & H). apply in_seq in Hi.
  specialize (HA i ltac:(lia)). specialize (HB i ltac:(lia)).
  pose proof (Qle_bool_dec (fst (nth i B (0, 0)%Q)) (snd (nth i A (0, 0)%Q))) as D.
  pose proof (Qle_bool_dec (fst (nth i A (0, 0)%Q)) (snd (nth i B (0, 0)%Q))) as D'.
  apply orb_prop in H. destruct H as [H|H]; apply negb_true_iff in H; [rewrite H in D|rewrite H in D']; lra.
Qed.
Lemma apart_all list : check_apart list = true -> ForallOrdPairs (fun A B => forall x, lies_in N A x ->
  ~ lies_in N B x) list.
Proof.
  induction list as [|A rest IH]; intro H; simpl in H; [constructor|]. apply andb_prop in H. destruct H as (H1 & H2).
  constructor; [|now apply IH]. apply List.Forall_forall. intros B HB. rewrite forallb_forall in H1.
  now apply apart_sound, H1.
Qed.
Lemma each_sound list : forall inverses, each_has_one T list inverses = true -> List.Forall (rests_once_in N) list.
Proof.
  induction list as [|B rest IH]; intros [|Y inverses] H; simpl in H; try constructor; try discriminate.
  - apply andb_prop in H. destruct H as (H & _). now apply (holds_one_sound B Y).
  - apply andb_prop in H. destruct H as (_ & H). now apply (IH inverses).
Qed.

Theorem some_by_Krawczyk inverses : check_some inverses = true -> rests_in N boxes.
Proof.
  intro H. apply andb_prop in H. destruct H as (H1 & H2).
  split; [now apply (each_sound boxes inverses)|now apply apart_all].
Qed.

Theorem exactly_by_tree inverses t : check_all inverses t = true -> rests_exactly_in N boxes.
Proof.
  unfold check_all. cbv zeta. rewrite !andb_true_iff. intros ((H1 & H2) & H3).
  pose proof (each_sound boxes inverses H1) as E.
  split; [split; [exact E|now apply apart_all]|]. intros x Hx. apply (check_sound x t E Hx whole_space); [|exact H3].
  intros i Hi. unfold whole_space, side_at. rewrite nth_repeat. repeat split. constructor.
Qed.
End Network.

(** Two boxes hold two equilibria, of which none attracts everything. *)
Theorem nothing_by_two_boxes N A B list : rests_in N (A :: B :: list) -> nothing_attracts_everything N.
Proof.
  intros (H & D). inversion H as [|? ? (x & Rx & Ix & _) Hr]; subst. inversion Hr as [|? ? (y & Ry & Iy & _) _]; subst.
  inversion D as [|? ? Da _]; subst. inversion Da as [|? ? Dab _]; subst. apply (nothing_by_two_states N x y Rx Ry).
  intro E. apply (Dab x Ix). intros i Hi. rewrite (E i Hi). now apply Iy.
Qed.
