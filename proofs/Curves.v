(** Multiples of tanh on intervals with rational ends, and the least values of p u + q g(u) there: what exported files
    prove lists of equilibria of smooth networks with (docs/proofs.md). *)
From Coq Require Import Reals Qreals Qreduction ZArith List Bool Arith Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Functions Activations Networks Exports Attraction Pieces Lists Tanh.
From Coq Require Import QArith_base Qfield.
Import ListNotations.
Open Scope R_scope.

(** ** Activations *)
(** middle + gain tanh(beta u) *)
Record curve := Curve { middle : Q; gain : Q; beta : Q }.
Definition along_curve (c : curve) (u : R) : R := Q2R (middle c) + Q2R (gain c) * tanh (Q2R (beta c) * u).
Definition has_curve (g : R -> R) (c : curve) : Prop :=
  0 < Q2R (gain c) /\ 0 < Q2R (beta c) /\ forall u, g u = along_curve c u.

Notation curve_of := (of_layer (Curve 0 1 1)).
Lemma curves_of_neurons ls cs : List.Forall2 (fun l c => has_curve (g l) c) ls cs -> forall i,
  (i < number_of (map size ls))%nat -> has_curve (of_neuron (fun l _ => g l) (fun u => u) ls i) (curve_of cs ls i).
Proof. intros H i Hi. apply (layers_of_neurons has_curve _ ls cs H). now left. Qed.

Lemma tanh_monotone u v : u <= v -> tanh u <= tanh v.
Proof. intro H. destruct neuron_tanh as (_ & S & _). pose proof (S u v H). lra. Qed.
Lemma tanh_range u : -1 <= tanh u <= 1.
Proof. pose proof (tanh_square u). split; nra. Qed.

Lemma Q2R_one : Q2R 1 = 1. Proof. unfold Q2R. simpl. lra. Qed.
Lemma Q2R_minus_one : Q2R (-1) = -1. Proof. unfold Q2R. simpl. lra. Qed.

(** ** Rounding *)
Definition unit (k : nat) : positive := Pos.shiftl_nat 1 k.
Lemma unit_is k : IZR (Zpos (unit k)) = 2 ^ k.
Proof.
  unfold unit. induction k as [|k IH]; [reflexivity|]. simpl Pos.shiftl_nat.
  change (IZR (Zpos (Pos.shiftl_nat 1 k)~0)) with (IZR (2 * Zpos (Pos.shiftl_nat 1 k))). rewrite mult_IZR, IH. simpl.
  ring.
Qed.
Definition rounded (k : nat) (a : Q) : Q := Qmake (Qnum a * Zpos (unit k) / Zpos (Qden a)) (unit k).
Lemma rounded_down k a : Q2R (rounded k a) <= Q2R a.
Proof.
  unfold rounded, Q2R. cbn [Qnum Qden]. pose proof (IZR_lt 0 (Zpos (unit k)) ltac:(lia)) as P.
  apply (Rmult_le_reg_r (IZR (Zpos (unit k)))); [exact P|]. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  eapply Rle_trans; [apply div_le; lia|]. rewrite mult_IZR. right. unfold Rdiv. ring.
Qed.
Definition rounded_up (k : nat) (a : Q) : Q := (- rounded k (- a))%Q.
Lemma rounded_up_is k a : Q2R a <= Q2R (rounded_up k a).
Proof. unfold rounded_up. rewrite Q2R_opp. pose proof (rounded_down k (- a)) as D. rewrite Q2R_opp in D. lra. Qed.

(** Sums of numbers over one denominator are over it, too. *)
Definition add (a b : Q) : Q := if Pos.eqb (Qden a) (Qden b) then Qmake (Qnum a + Qnum b) (Qden a) else Qred (a + b).
Lemma add_is a b : Q2R (add a b) = Q2R a + Q2R b.
Proof.
  unfold add. destruct (Pos.eqb_spec (Qden a) (Qden b)) as [E|_].
  - unfold Q2R. cbn [Qnum Qden]. rewrite plus_IZR, <- E. ring.
  - now rewrite (Qeq_eqR _ _ (Qred_correct _)), Q2R_plus.
Qed.
Fixpoint dot (u v : numbers) : Q := match u, v with
  | a :: u, b :: v => if Z.eqb (Qnum a) 0 then dot u v else add (a * b) (dot u v) | _, _ => 0%Q end.
Lemma dot_is : forall u v m, (length v <= m)%nat -> Q2R (dot u v) = sum m (fun i => Q2R (at_ u i) * Q2R (at_ v i)).
Proof.
  induction u as [|a u IH]; intros [|b v] m H; simpl in H; cbn [dot].
  - rewrite Q2R_zero, (sum_ext m _ (fun _ => 0)), sum_zero; [reflexivity|]. intros i _. unfold at_.
    destruct i; simpl; rewrite Q2R_zero; ring.
  - rewrite Q2R_zero, (sum_ext m _ (fun _ => 0)), sum_zero; [reflexivity|]. intros i _. unfold at_ at 1.
    destruct i; simpl; rewrite Q2R_zero; ring.
  - rewrite Q2R_zero, (sum_ext m _ (fun _ => 0)), sum_zero; [reflexivity|]. intros i _. unfold at_ at 2.
    destruct i; simpl; rewrite Q2R_zero; ring.
  - destruct m as [|m]; [lia|]. rewrite Definite.sum_first.
    assert (E : Q2R (dot u v) = sum m (fun i => Q2R (at_ (a :: u) (S i)) * Q2R (at_ (b :: v) (S i)))) by (rewrite (IH
      v m) by lia; reflexivity).
    destruct (Z.eqb_spec (Qnum a) 0) as [Z|_].
    + rewrite E. replace (Q2R (at_ (a :: u) 0)) with 0; [ring|]. unfold at_, Q2R. simpl. rewrite Z. ring.
    + rewrite add_is, Q2R_mult, E. reflexivity.
Qed.

(** A number over a common denominator, if it has one of its divisors. *)
Definition spread (d : positive) (a : Q) : Q :=
  if Z.eqb (Zpos (Qden a) * (Zpos d / Zpos (Qden a))) (Zpos d) then Qmake (Qnum a * (Zpos d / Zpos (Qden a))) d else a.
Lemma spread_is d a : Q2R (spread d a) = Q2R a.
Proof.
  unfold spread. destruct (Z.eqb_spec (Zpos (Qden a) * (Zpos d / Zpos (Qden a))) (Zpos d)) as [E|_]; [|reflexivity].
  unfold Q2R. cbn [Qnum Qden]. rewrite mult_IZR. apply (f_equal IZR) in E. rewrite mult_IZR in E.
  pose proof (IZR_lt 0 (Zpos d) ltac:(lia)). pose proof (IZR_lt 0 (Zpos (Qden a)) ltac:(lia)).
  set (e := IZR (Zpos d / Zpos (Qden a))) in *. assert (e <> 0) by (intro C; rewrite C in E; lra).
  rewrite <- E. field. repeat split; try assumption; lra.
Qed.

(** ** Intervals of states, with bounds of tanh at their ends *)
Record end_ := End { place : Q; tlow : Q; thigh : Q }.
Record side := Side { low : option end_; high : option end_; inner : list end_ }.

Definition fits (c : curve) (e : end_) : Prop := Q2R (tlow e) <= tanh (Q2R (beta c) * Q2R (place e)) <= Q2R (thigh e).
Definition end_at (k terms : nat) (c : curve) (a : Q) : end_ :=
  let t := tanh_bounds k terms (Qred (beta c * a)) in End a (Qmake (fst t) (unit k)) (Qmake (snd t) (unit k)).
Lemma end_fits k terms c a : fits c (end_at k terms c a).
Proof.
  unfold fits, end_at. cbv zeta. cbn [place tlow thigh].
  pose proof (tanh_bounds_about k terms (Qred (beta c * a))) as (A & B).
  rewrite (Qeq_eqR _ _ (Qred_correct _)), Q2R_mult in A, B. 
  assert (U : forall z, Q2R (Qmake z (unit k)) = IZR z * / 2 ^ k) by (intro z; unfold Q2R; cbn [Qnum Qden];
    now rewrite unit_is).
  rewrite !U. pose proof (two_pos k). split; apply (Rmult_le_reg_r (2 ^ k)); try assumption;
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra; assumption.
Qed.

Definition holds (c : curve) (s : side) (u : R) : Prop :=
  match low s with Some a => fits c a /\ Q2R (place a) <= u | None => True end /\
  match high s with Some b => fits c b /\ u <= Q2R (place b) | None => True end /\ List.Forall (fits c) (inner s).
Lemma holds_below c s e u : holds c s u -> fits c e -> u <= Q2R (place e) -> holds c (Side (low s) (Some e) []) u.
Proof. intros (A & _) F Q. split; [exact A|]. split; [now split|constructor]. Qed.
Lemma holds_above c s e u : holds c s u -> fits c e -> Q2R (place e) <= u -> holds c (Side (Some e) (high s) []) u.
Proof. intros (_ & B & _) F Q. split; [now split|]. split; [exact B|constructor]. Qed.
Lemma holds_point c s e u : holds c s u -> fits c e -> holds c (Side (low s) (high s) (inner s ++ [e])) u.
Proof.
  intros (A & B & P) F. split; [exact A|]. split; [exact B|]. apply List.Forall_app. split; [exact P|].
  constructor; [exact F|constructor].
Qed.
Definition t_least (s : side) : Q := match low s with Some a => tlow a | None => (-1)%Q end.
Definition t_most (s : side) : Q := match high s with Some b => thigh b | None => 1%Q end.

Lemma tanh_between c s u : 0 < Q2R (beta c) -> holds c s u ->
  Q2R (t_least s) <= tanh (Q2R (beta c) * u) <= Q2R (t_most s).
Proof.
  intros Hb (A & B & _). pose proof (tanh_range (Q2R (beta c) * u)) as R. unfold t_least, t_most. split.
  - destruct (low s) as [a|]; [|rewrite Q2R_minus_one; lra]. destruct A as ((F & _) & A). eapply Rle_trans; [exact F|].
    apply tanh_monotone. apply Rmult_le_compat_l; lra.
  - destruct (high s) as [b|]; [|rewrite Q2R_one; lra]. destruct B as ((_ & F) & B). eapply Rle_trans; [|exact F].
    apply tanh_monotone. apply Rmult_le_compat_l; lra.
Qed.

(** Bounds of the slope where tanh is between two numbers. *)
Definition steep (c : curve) (t t' : Q) : Q * Q :=
  let least := if Qle_bool 0 t then (t * t)%Q else if Qle_bool t' 0 then (t' * t')%Q else 0%Q in
  let most := if Qle_bool (t * t) (t' * t') then (t' * t')%Q else (t * t)%Q in
  (gain c * beta c * (1 - most), gain c * beta c * (1 - least))%Q.

Lemma steep_bounds c t t' v : 0 < Q2R (gain c) -> 0 < Q2R (beta c) -> Q2R t <= v <= Q2R t' ->
  Q2R (fst (steep c t t')) <= Q2R (gain c) * (Q2R (beta c) * (1 - v * v)) <= Q2R (snd (steep c t t')).
Proof.
  intros Hg Hb (A & B). unfold steep. cbn [fst snd]. rewrite !Q2R_mult, !Q2R_minus. rewrite Q2R_one.
  assert (P : 0 < Q2R (gain c) * Q2R (beta c)) by now apply Rmult_lt_0_compat. rewrite <- !Rmult_assoc.
  split; apply Rmult_le_compat_l; try lra.
  - pose proof (Qle_bool_dec (t * t) (t' * t')) as D. rewrite !Q2R_mult in D.
    destruct (Qle_bool (t * t) (t' * t')); rewrite Q2R_mult; destruct (Rle_dec 0 v); nra.
  - pose proof (Qle_bool_dec 0 t) as D. pose proof (Qle_bool_dec t' 0) as D'. rewrite Q2R_zero in D, D'.
    destruct (Qle_bool 0 t); [rewrite Q2R_mult; nra|]. destruct (Qle_bool t' 0); [rewrite Q2R_mult;
      nra|rewrite Q2R_zero; nra].
Qed.

Definition steepness (c : curve) (v : R) : R :=
  Q2R (gain c) * (Q2R (beta c) * (1 - tanh (Q2R (beta c) * v) * tanh (Q2R (beta c) * v))).
Lemma along_curve_derive c v : is_derive (along_curve c) v (steepness c v).
Proof.
  unfold along_curve, steepness. evar_last.
  - apply (is_derive_plus (fun _ => Q2R (middle c)) (fun u => Q2R (gain c) * tanh (Q2R (beta c) * u))).
    + apply (is_derive_const (K := R_AbsRing)).
    + apply is_derive_scal. apply (act_tanh_derive (Q2R (beta c))).
  - unfold plus, zero; simpl. unfold act_tanh. ring.
Qed.

Lemma mean_slope c a b : exists v, Rmin a b <= v <= Rmax a b /\
  along_curve c b - along_curve c a = steepness c v * (b - a).
Proof.
  destruct (MVT_gen (along_curve c) a b (steepness c)) as (v & Hv & E).
  - intros; apply along_curve_derive.
  - intros v _. apply continuity_pt_filterlim.
    apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) (along_curve c) v).
    eexists. apply along_curve_derive.
  - now exists v.
Qed.

Lemma curve_slopes c t t' a b : 0 < Q2R (gain c) -> 0 < Q2R (beta c) ->
  (forall v, Rmin a b <= v <= Rmax a b -> Q2R t <= tanh (Q2R (beta c) * v) <= Q2R t') ->
  exists s, Q2R (fst (steep c t t')) <= s <= Q2R (snd (steep c t t')) /\
    along_curve c b - along_curve c a = s * (b - a).
Proof.
  intros Hg Hb H. destruct (mean_slope c a b) as (v & Hv & E). exists (steepness c v). split; [|exact E].
  apply steep_bounds; auto.
Qed.

(** ** The least value of p u + q g(u) *)
Definition value_at (c : curve) (p q : Q) (e : end_) : Q :=
  (p * place e + q * (middle c + gain c * (if Qle_bool 0 q then tlow e else thigh e)))%Q.
(** Between two ends; where the slope changes its sign, by the lines that it gives from both of them. *)
Definition piece (k : nat) (c : curve) (p q : Q) (a b : end_) : bound :=
  if negb (Qle_bool (place a) (place b)) then Nothing else
  let (d, d') := steep c (tlow a) (thigh b) in
  let down := rounded k (p + q * (if Qle_bool 0 q then d else d')) in
  let up := rounded_up k (p + q * (if Qle_bool 0 q then d' else d)) in
  if Qle_bool 0 down then Least (value_at c p q a) else if Qle_bool up 0 then Least (value_at c p q b) else
  let first := rounded k (value_at c p q a) in let last := rounded k (value_at c p q b) in
  Least ((add (up * first) (- (down * last)) + down * up * (place b - place a)) / (add up (- down)))%Q.
Fixpoint pieces (k : nat) (c : curve) (p q : Q) (a : end_) (inner : list end_) (b : end_) : bound := match inner with
  | [] => piece k c p q a b
  | m :: rest => either (piece k c p q a m) (pieces k c p q m rest b) end.
Definition least_on (k : nat) (c : curve) (p q : Q) (s : side) : bound := match low s, high s with
  | Some a, Some b => if Qeq_bool p 0
      then if Qle_bool (place a) (place b) then Least (value_at c 0 q (if Qle_bool 0 q then a else b)) else Nothing
      else pieces k c p q a (inner s) b
  | a, b => both (of_line p 0 (option_map place a, option_map place b))
      (Least (q * (middle c + gain c * (if Qle_bool 0 q then t_least s else t_most s)))) end.
Definition rounded_bound (k : nat) (r : bound) : bound := match r with Least m => Least (rounded k m) | _ => r end.

Lemma value_at_is c p q e : 0 < Q2R (gain c) -> fits c e ->
  Q2R (value_at c p q e) <= Q2R p * Q2R (place e) + Q2R q * along_curve c (Q2R (place e)).
Proof.
  intros Hg (A & B). unfold value_at, along_curve. rewrite Q2R_plus, !Q2R_mult, Q2R_plus, Q2R_mult.
  apply Rplus_le_compat_l.
  pose proof (Qle_bool_dec 0 q) as D. rewrite Q2R_zero in D. destruct (Qle_bool 0 q).
  - apply Rmult_le_compat_l; [exact D|]. apply Rplus_le_compat_l. apply Rmult_le_compat_l; lra.
  - assert (0 <= - Q2R q * (Q2R (gain c) * (Q2R (thigh e) - tanh (Q2R (beta c) * Q2R (place e))))); [|lra].
    apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; lra.
Qed.

Lemma piece_bounds k c p q a b u : 0 < Q2R (gain c) -> 0 < Q2R (beta c) -> fits c a -> fits c b ->
  Q2R (place a) <= u <= Q2R (place b) -> bounds (piece k c p q a b) (Q2R p * u + Q2R q * along_curve c u).
Proof.
  intros Hg Hb Fa Fb (A & B). unfold piece. pose proof (Qle_bool_dec (place a) (place b)) as D.
  destruct (Qle_bool (place a) (place b)); [|lra]. cbn [negb].
  assert (T : forall v, Q2R (place a) <= v <= Q2R (place b) ->
    Q2R (tlow a) <= tanh (Q2R (beta c) * v) <= Q2R (thigh b)).
  { intros v (V & V'). destruct Fa as (F & _). destruct Fb as (_ & F'). split.
    - eapply Rle_trans; [exact F|]. apply tanh_monotone, Rmult_le_compat_l; lra.
    - eapply Rle_trans; [|exact F']. apply tanh_monotone, Rmult_le_compat_l; lra. }
  destruct (curve_slopes c (tlow a) (thigh b) (Q2R (place a)) u Hg Hb) as (s & Hs & Es).
  { intros v V. rewrite Rmin_left, Rmax_right in V by exact A. apply T; lra. }
  destruct (curve_slopes c (tlow a) (thigh b) u (Q2R (place b)) Hg Hb) as (r & Hr & Er).
  { intros v V. rewrite Rmin_left, Rmax_right in V by exact B. apply T; lra. }
  destruct (steep c (tlow a) (thigh b)) as (d, d'). cbn [fst snd] in Hs, Hr.
  pose proof (value_at_is c p q a Hg Fa) as Va. pose proof (value_at_is c p q b Hg Fb) as Vb.
  set (f := Q2R p * u + Q2R q * along_curve c u).
  set (down := rounded k (p + q * (if Qle_bool 0 q then d else d'))).
  set (up := rounded_up k (p + q * (if Qle_bool 0 q then d' else d))).
  assert (S : forall z, Q2R d <= z <= Q2R d' -> Q2R down <= Q2R p + Q2R q * z <= Q2R up).
  { intros z Hz. pose proof (rounded_down k (p + q * (if Qle_bool 0 q then d else d'))) as Dn.
    pose proof (rounded_up_is k (p + q * (if Qle_bool 0 q then d' else d))) as Up. fold down in Dn. fold up in Up.
    cut (Q2R (p + q * (if Qle_bool 0 q then d else d')) <= Q2R p + Q2R q * z <= Q2R (p + q * (if Qle_bool 0 q then d'
      else d))); [lra|].
    rewrite !Q2R_plus, !Q2R_mult. pose proof (Qle_bool_dec 0 q) as Q. rewrite Q2R_zero in Q.
    destruct (Qle_bool 0 q); split; apply Rplus_le_compat_l; nra. }
  pose proof (S s Hs) as (S1 & _). pose proof (S r Hr) as (_ & S2).
  assert (L : Q2R (value_at c p q a) + Q2R down * (u - Q2R (place a)) <= f).
  { assert (Q2R down * (u - Q2R (place a)) <= (Q2R p + Q2R q * s) * (u - Q2R (place a))) by (apply Rmult_le_compat_r;
      lra).
    assert (Q2R q * along_curve c u = Q2R q * along_curve c (Q2R (place a)) + Q2R q * (s * (u - Q2R (place a)))) by
      (rewrite <- Es; ring).
    unfold f. lra. }
  assert (R : Q2R (value_at c p q b) - Q2R up * (Q2R (place b) - u) <= f).
  { assert ((Q2R p + Q2R q * r) * (Q2R (place b) - u) <= Q2R up * (Q2R (place b) - u)) by (apply Rmult_le_compat_r;
      lra).
    assert (Q2R q * along_curve c (Q2R (place b)) = Q2R q * along_curve c u + Q2R q * (r * (Q2R (place b) - u))) by
      (rewrite <- Er; ring).
    unfold f. lra. }
  pose proof (Qle_bool_dec 0 down) as D1. pose proof (Qle_bool_dec up 0) as D2. rewrite Q2R_zero in D1, D2.
  destruct (Qle_bool 0 down).
  { simpl. assert (0 <= Q2R down * (u - Q2R (place a))) by (apply Rmult_le_pos; lra). lra. }
  destruct (Qle_bool up 0).
  { simpl. assert (0 <= - Q2R up * (Q2R (place b) - u)) by (apply Rmult_le_pos; lra). lra. }
  pose proof (rounded_down k (value_at c p q a)) as Ra. pose proof (rounded_down k (value_at c p q b)) as Rb.
  cbv zeta. cbn [bounds]. rewrite Q2R_div by (intro E; apply Qeq_eqR in E; rewrite add_is, Q2R_opp, Q2R_zero in E; lra).
  rewrite Q2R_plus, !add_is, !Q2R_opp, !Q2R_mult, Q2R_minus. apply (Rmult_le_reg_r (Q2R up + - Q2R down)); [lra|].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  set (first := Q2R (rounded k (value_at c p q a))) in *. set (last := Q2R (rounded k (value_at c p q b))) in *.
  assert (L' : first + Q2R down * (u - Q2R (place a)) <= f) by lra.
  assert (R' : last - Q2R up * (Q2R (place b) - u) <= f) by lra.
  apply (Rmult_le_compat_l (Q2R up)) in L'; [|lra]. apply (Rmult_le_compat_l (- Q2R down)) in R'; [|lra]. lra.
Qed.

Lemma pieces_bounds k c p q inner b u : 0 < Q2R (gain c) -> 0 < Q2R (beta c) -> fits c b -> u <= Q2R (place b) ->
  List.Forall (fits c) inner -> forall a, fits c a -> Q2R (place a) <= u ->
  bounds (pieces k c p q a inner b) (Q2R p * u + Q2R q * along_curve c u).
Proof.
  intros Hg Hb Fb B. induction 1 as [|m rest Fm _ IH]; intros a Fa A; simpl; [now apply piece_bounds|].
  destruct (Rle_dec u (Q2R (place m))).
  - apply bounds_left. now apply piece_bounds.
  - apply bounds_right. apply IH; [exact Fm|lra].
Qed.

Lemma least_on_bounds k c p q s u : 0 < Q2R (gain c) -> 0 < Q2R (beta c) -> holds c s u ->
  bounds (least_on k c p q s) (Q2R p * u + Q2R q * along_curve c u).
Proof.
  intros Hg Hb H. pose proof (tanh_between c s u Hb H) as T. destruct H as (A & B & I).
  assert (Half : bounds (both (of_line p 0 (option_map place (low s), option_map place (high s)))
      (Least (q * (middle c + gain c * (if Qle_bool 0 q then t_least s else t_most s))))) (Q2R p * u + Q2R q *
        along_curve c u)).
  { apply bounds_both.
    - pose proof (of_line_bounds p 0 (option_map place (low s), option_map place (high s)) u) as L.
      rewrite Q2R_zero, Rplus_0_r in L. apply L. unfold on. cbn [fst snd]. destruct (low s), (high s); simpl; tauto.
    - cbn [bounds]. unfold along_curve. rewrite Q2R_mult, Q2R_plus, Q2R_mult. pose proof (Qle_bool_dec 0 q) as D.
      rewrite Q2R_zero in D.
      destruct (Qle_bool 0 q).
      + apply Rmult_le_compat_l; [exact D|]. apply Rplus_le_compat_l. apply Rmult_le_compat_l; lra.
      + assert (0 <= - Q2R q * (Q2R (gain c) * (Q2R (t_most s) - tanh (Q2R (beta c) * u)))); [|lra].
        apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; lra. }
  unfold least_on. unfold t_least, t_most in *. destruct (low s) as [a|], (high s) as [b|]; try exact Half.
  destruct A as (Fa & A), B as (Fb & B). destruct (Qeq_bool p 0) eqn:P; [|now apply pieces_bounds].
  apply Qeq_bool_iff, Qeq_eqR in P. rewrite Q2R_zero in P.
  pose proof (Qle_bool_dec (place a) (place b)) as D. destruct (Qle_bool (place a) (place b)); [|lra].
  cbn [bounds]. unfold value_at. rewrite Q2R_plus, Q2R_mult, Q2R_zero, P, !Rmult_0_l, !Rplus_0_l. unfold along_curve.
  rewrite Q2R_mult, Q2R_plus, Q2R_mult. clear D. pose proof (Qle_bool_dec 0 q) as D. rewrite Q2R_zero in D.
  destruct (Qle_bool 0 q).
  - apply Rmult_le_compat_l; [exact D|]. apply Rplus_le_compat_l. apply Rmult_le_compat_l; lra.
  - assert (0 <= - Q2R q * (Q2R (gain c) * (Q2R (thigh b) - tanh (Q2R (beta c) * u)))); [|lra].
    apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; lra.
Qed.

Lemma rounded_bounds k r v : bounds r v -> bounds (rounded_bound k r) v.
Proof. destruct r as [| |m]; auto. cbn [bounds rounded_bound]. pose proof (rounded_down k m). lra. Qed.
Definition also (r s : bound) : bound := match r, s with
  | Nothing, _ => Nothing | _, Nothing => Nothing | Least a, Least b => Least (add a b) | _, _ => Unbounded end.
Lemma bounds_also r s v w : bounds r v -> bounds s w -> bounds (also r s) (v + w).
Proof. destruct r as [| |a], s as [| |b]; cbn [also bounds]; try tauto. intros. rewrite add_is. lra. Qed.

(** ** Activations of the catalogue *)
Lemma sigmoid_by_tanh u : sigmoid u = 1 / 2 + 1 / 2 * tanh (1 / 2 * u).
Proof.
  unfold sigmoid. rewrite tanh_by_exp. replace (- (2 * (1 / 2 * u))) with (- u) by field. pose proof (exp_pos (- u)).
  field. lra.
Qed.
Ltac by_curve := split; [unfold Q2R; simpl; lra|]; split; [unfold Q2R; simpl; lra|]; intro u;
  try rewrite sigmoid_by_tanh; unfold along_curve, Q2R; cbn [middle gain beta Qnum Qden];
  match goal with |- context [tanh ?a] => match goal with |- _ = _ + _ * tanh ?b => replace b with a by field;
    lra end end.
