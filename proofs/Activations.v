(** Two activations with their Lagrangians and slopes: tanh and ReLU. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes.
Open Scope R_scope.

(** tanh(beta u) with beta > 0: slopes at most beta, Lagrangian log cosh(beta u) / beta. *)
Definition act_tanh (beta : R) (u : R) : R := tanh (beta * u).
Definition lag_tanh (beta : R) (u : R) : R := / beta * ln (cosh (beta * u)).

Lemma cosh_pos u : 0 < cosh u.
Proof. unfold cosh. pose proof (exp_pos u). pose proof (exp_pos (- u)). lra. Qed.

Lemma act_tanh_derive beta u : is_derive (act_tanh beta) u (beta * (1
  - act_tanh beta u * act_tanh beta u)).
Proof.
  unfold act_tanh, tanh, sinh, cosh. pose proof (exp_pos (beta * u)).
    pose proof (exp_pos (- (beta * u))).
  auto_derive; [lra|]. field. lra.
Qed.

Lemma tanh_square u : tanh u * tanh u < 1.
Proof.
  unfold tanh, sinh, cosh. set (p := exp u). set (q := exp (- u)). pose proof (exp_pos u : 0 < p).
    pose proof (exp_pos (- u) : 0 < q).
  replace ((p - q) / 2 / ((p + q) / 2) * ((p - q) / 2 / ((p + q) / 2)))
    with (1 - 4 * p * q / ((p + q) * (p + q))) by (field; lra).
  assert (0 < 4 * p * q / ((p + q) * (p + q))); [|lra]. apply Rdiv_lt_0_compat; nra.
Qed.

Lemma slopes_tanh beta : 0 < beta -> slopes_at_most (act_tanh beta) beta.
Proof.
  intro Hb. apply (slopes_by_derivative _ _ _ (act_tanh_derive beta)). intro u.
    pose proof (tanh_square (beta * u)).
  fold (act_tanh beta u) in H. pose proof (Rle_0_sqr (act_tanh beta u)). unfold Rsqr in *. nra.
Qed.

Lemma primitive_tanh beta : 0 < beta -> primitive_of (lag_tanh beta) (act_tanh beta).
Proof.
  intros Hb u. unfold lag_tanh, act_tanh, tanh, sinh, cosh. pose proof (exp_pos (beta * u)).
    pose proof (exp_pos (- (beta * u))).
  auto_derive; [lra|]. field. lra.
Qed.

(** ReLU: slopes at most 1, Lagrangian max(u, 0)^2 / 2. *)
Definition act_relu (u : R) : R := Rmax u 0.
Definition lag_relu (u : R) : R := / 2 * (Rmax u 0 * Rmax u 0).

Lemma slopes_relu : slopes_at_most act_relu 1.
Proof. intros u v H. unfold act_relu, Rmax. destruct (Rle_dec u 0), (Rle_dec v 0); lra. Qed.

Lemma primitive_relu : primitive_of lag_relu act_relu.
Proof.
  intro u. apply is_derive_Reals. intros eps He. exists (mkposreal eps He). intros h Hz Hh.
    simpl in Hh. unfold lag_relu, act_relu.
  assert (B : 0 <= / 2 * (Rmax (u + h) 0 * Rmax (u + h) 0) - / 2 * (Rmax u 0 * Rmax u 0)
    - Rmax u 0 * h <= / 2 * (h * h)).
  { unfold Rmax. destruct (Rle_dec (u + h) 0), (Rle_dec u 0); split; nra. }
  set (p := / 2 * (Rmax (u + h) 0 * Rmax (u + h) 0) - / 2 * (Rmax u 0 * Rmax u 0)) in *.
  replace (p / h - Rmax u 0) with ((p - Rmax u 0 * h) / h) by (field; auto).
  unfold Rdiv. rewrite Rabs_mult, Rabs_inv. assert (0 < Rabs h) by now apply Rabs_pos_lt.
  apply (Rmult_lt_reg_r (Rabs h)); auto. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  rewrite Rabs_pos_eq by lra. assert (E : h * h = Rabs h * Rabs h) by (rewrite <- Rabs_mult;
    symmetry; apply Rabs_pos_eq, Rle_0_sqr). nra.
Qed.
