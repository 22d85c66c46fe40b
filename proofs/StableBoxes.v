(** What exported files prove the stability of the equilibrium in a box with, by T7: slopes of multiples of tanh on the
    box (docs/proofs.md). *)
From Coq Require Import Reals Qreals List Bool Arith Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Functions Activations Networks Exports Attraction Pieces Lists.
From Hopverify Require Import Stability Curves Boxes.
From Coq Require Import QArith_base Qfield.
Import ListNotations.
Open Scope R_scope.

(** Where the slope at xs is at most h, it is at most h + e nearby. *)
Lemma slopes_near_point c xs h e : 0 < Q2R (gain c) -> 0 < Q2R (beta c) -> 0 < e ->
  Q2R (gain c) * (Q2R (beta c) * (1 - tanh (Q2R (beta c) * xs) * tanh (Q2R (beta c) * xs))) <= h ->
  exists delta, 0 < delta /\ forall u v, Rabs (u - xs) <= delta -> Rabs (v - xs) <= delta -> u <= v ->
    0 <= along_curve c v - along_curve c u <= (h + e) * (v - u).
Proof.
  intros Hg Hb He Hh. set (G := Q2R (gain c)) in *. set (B := Q2R (beta c)) in *.
  assert (P : 0 < 2 * G * B * B) by (apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat|]; lra).
  exists (e / (2 * G * B * B)). split; [now apply Rdiv_lt_0_compat|]. intros u v Hu Hv Q.
  destruct (mean_slope c u v) as (w & Hw & E). unfold steepness in E. fold G B in E.
  rewrite Rmin_left, Rmax_right in Hw by exact Q. rewrite E.
  assert (Near : Rabs (w - xs) <= e / (2 * G * B * B)).
  { apply Rabs_le_between in Hu. apply Rabs_le_between in Hv. apply Rabs_le. lra. }
  destruct neuron_tanh as (_ & Sl & _).
  pose proof (slopes_lipschitz tanh 1 (B * xs) (B * w) Sl) as L. rewrite Rmult_1_l in L.
  replace (B * w - B * xs) with (B * (w - xs)) in L by ring.
  rewrite Rabs_mult, (Rabs_pos_eq B) in L by lra.
  pose proof (tanh_range (B * w)) as Rw. pose proof (tanh_range (B * xs)) as Rx.
  set (t := tanh (B * w)) in *. set (r := tanh (B * xs)) in *.
  assert (Dist : Rabs (t - r) <= B * (e / (2 * G * B * B))).
  { eapply Rle_trans; [exact L|]. apply Rmult_le_compat_l; lra. }
  replace (B * (e / (2 * G * B * B))) with (e / (2 * G * B)) in Dist by (field; lra).
  assert (Sq : r * r - t * t <= 2 * (e / (2 * G * B))).
  { replace (r * r - t * t) with ((r - t) * (r + t)) by ring.
    eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult, Rabs_minus_sym.
    replace (2 * (e / (2 * G * B))) with (e / (2 * G * B) * 2) by ring.
    apply Rmult_le_compat; try apply Rabs_pos; [exact Dist|apply Rabs_le; lra]. }
  assert (Up : G * (B * (1 - t * t)) <= h + e).
  { apply (Rmult_le_compat_l (G * B)) in Sq; [|apply Rlt_le, Rmult_lt_0_compat; lra].
    replace (G * B * (2 * (e / (2 * G * B)))) with e in Sq by (field; lra). lra. }
  assert (Low : 0 <= G * (B * (1 - t * t))).
  { apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [lra|]. nra. }
  split; [apply Rmult_le_pos; lra|]. apply Rmult_le_compat_r; lra.
Qed.

Section Network.
Variable N : network.
Notation ls := (layers N).
Notation n := (number_of (map size ls)).
Variable curves : list curve.
Hypothesis curved : List.Forall2 (fun l c => has_curve (g l) c) ls curves.
Variable B : list (Q * Q).
Variable common : positive.
Variables k terms fine fine_terms : nat.
Variable inverse : list numbers.
Variable heights multipliers : numbers.
Variables s c mu : Z.
Variable F : list (list Z).
Notation height := (at_ heights).

Definition check_heights : bool := let S := slopes_of N curves k (sides_of N curves k terms B) in below n (fun i =>
  Qle_bool (snd (nth i S (0, 0)%Q)) (height i) && Exports.positive (of_neuron (fun l => at_ (tau l)) 1%Q ls i)).
Definition check_stable_box : bool := holds_one N curves k terms fine fine_terms (collected N common) B inverse
  && check_heights && check_neurons N height multipliers && check_form N height multipliers s c mu F.

Theorem stable_in_box_by_T7 : check_stable_box = true -> neurons ls -> exponentially_stable_in N B.
Proof.
  unfold check_stable_box. rewrite !andb_true_iff. intros (((H1 & Hs) & Hn) & Hf) Hne.
  pose proof (holds_one_sound N curves curved common k terms fine fine_terms B inverse H1) as One.
  split; [exact One|]. intros x Rx Ix. apply (attracts_by_T7 N heights multipliers s c mu F); auto.
  - intros i Hi. pose proof (below_true n _ i Hs Hi) as E. apply andb_prop in E. now apply positive_true.
  - intros i e Hi He. pose proof (below_true n _ i Hs Hi) as E. apply andb_prop in E. destruct E as (E & _).
    apply Qle_bool_iff, Qle_Rle in E. destruct (curve_holds N curves curved i Hi) as (Hg & Hb & Eg).
    destruct (slopes_near_point (curve_of curves ls i) (x i) (Q2R (height i)) e Hg Hb He) as (dl & Hd & K).
    + eapply Rle_trans; [|exact E]. unfold slopes_of. rewrite at_map by exact Hi.
      pose proof (sides_span N curves k terms B i (x i) Hi (Ix i Hi)) as Hold.
      pose proof (steep_bounds _ _ _ _ Hg Hb (tanh_between _ _ _ Hb Hold)) as (_ & St).
      destruct (steep (curve_of curves ls i) _ _) as (d, d'). cbn [fst snd] in *.
      pose proof (rounded_up_is k d'). lra.
    + exists dl. split; [exact Hd|]. intros u v Hu Hv Q. rewrite !Eg. now apply K.
Qed.
End Network.
