(** Functions of one number as core models have them (docs/core.md), and layers of the catalogue: which
    activations are non-decreasing with bounded slopes, and the derivatives of their Lagrangians. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Activations.
Open Scope R_scope.

Definition relu (u : R) : R := Rmax u 0.
Definition logcosh (u : R) : R := ln (cosh u).
Definition softplus (u : R) : R := ln (1 + exp u).
Definition sigmoid (u : R) : R := 1 / (1 + exp (- u)).
Definition expm1 (u : R) : R := exp u - 1.

Lemma derive_ext (f h : R -> R) u l : (forall t : R, f t = h t) -> is_derive f u l -> is_derive h u l.
Proof. intros E H. apply (is_derive_ext f); [exact E|exact H]. Qed.

(** L' = g, and g is non-decreasing with slopes of at most h. *)
Definition neuron (L g : R -> R) (h : R) : Prop := 0 <= h /\ slopes_at_most g h /\ primitive_of L g.

Lemma neuron_ext L g L' g' h : (forall u, L' u = L u) -> (forall u, g' u = g u) ->
  neuron L g h -> neuron L' g' h.
Proof.
  intros EL Eg (Hh & Hs & Hp). split; [exact Hh|]. split.
  - intros u v Q. rewrite !Eg. now apply Hs.
  - intro u. rewrite Eg. apply (derive_ext L); [intro; symmetry; apply EL|apply Hp].
Qed.

Lemma neuron_raised L g h h' : neuron L g h -> h <= h' -> neuron L g h'.
Proof.
  intros (Hh & Hs & Hp) Q. split; [lra|]. split; [|exact Hp]. intros u v Huv. pose proof (Hs u v Huv).
  assert (h * (v - u) <= h' * (v - u)) by (apply Rmult_le_compat_r; lra). lra.
Qed.

(** L(beta u)/beta has the derivative g(beta u). *)
Lemma neuron_scaled beta L g h : 0 < beta -> neuron L g h ->
  neuron (fun u => L (beta * u) / beta) (fun u => g (beta * u)) (beta * h).
Proof.
  intros Hb (Hh & Hs & Hp). split; [nra|]. split.
  - intros u v Q. assert (Q' : beta * u <= beta * v) by nra. pose proof (Hs _ _ Q'). nra.
  - intro u. apply (derive_ext (fun u => / beta * L (beta * u))); [intro t; exact (Rmult_comm _ _)|].
    evar_last. { apply is_derive_scal. apply (is_derive_comp L (fun u => beta * u) u); [apply Hp|].
      apply (is_derive_scal (fun u => u) u beta 1). apply (is_derive_id (K := R_AbsRing)). }
    unfold scal; simpl; unfold mult; simpl. field. lra.
Qed.

Lemma neuron_identity : neuron (fun u => u ^ 2 / 2) (fun u => u) 1.
Proof. split; [lra|]. split; [intros u v Q; lra|]. intro u. auto_derive; auto. field. Qed.

Lemma neuron_relu : neuron (fun u => relu u ^ 2 / 2) relu 1.
Proof.
  split; [lra|]. split; [apply slopes_relu|]. intro u.
  apply (derive_ext lag_relu); [intro t; unfold lag_relu, relu; field|apply primitive_relu].
Qed.

Lemma neuron_tanh : neuron logcosh tanh 1.
Proof.
  apply (neuron_ext (lag_tanh 1) (act_tanh 1)).
  - intro u. unfold logcosh, lag_tanh. rewrite !Rmult_1_l, Rinv_1, Rmult_1_l. reflexivity.
  - intro u. unfold act_tanh. now rewrite Rmult_1_l.
  - split; [lra|]. split; [apply slopes_tanh; lra|apply primitive_tanh; lra].
Qed.

Lemma sigmoid_derive u : is_derive sigmoid u (exp (- u) / ((1 + exp (- u)) * (1 + exp (- u)))).
Proof. unfold sigmoid. pose proof (exp_pos (- u)). auto_derive; [lra|]. field. lra. Qed.

Lemma neuron_sigmoid : neuron softplus sigmoid (1 / 4).
Proof.
  split; [lra|]. split.
  - apply (slopes_by_derivative _ _ _ sigmoid_derive). intro u. pose proof (exp_pos (- u)) as P.
    set (e := exp (- u)) in *. assert (0 < (1 + e) * (1 + e)) by nra. split.
    + apply Rlt_le, Rdiv_lt_0_compat; lra.
    + apply (Rmult_le_reg_r ((1 + e) * (1 + e))); [lra|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. pose proof (Rle_0_sqr (1 - e)) as S. unfold Rsqr in S. nra.
  - intro u. unfold softplus, sigmoid. pose proof (exp_pos u). rewrite exp_Ropp.
    auto_derive; [lra|]. field. lra.
Qed.

Lemma relu_shifted a : primitive_of (fun u => relu (u - a) ^ 2 / 2) (fun u => relu (u - a)).
Proof.
  intro u. destruct neuron_relu as (_ & _ & Hp).
  evar_last. { apply (is_derive_comp (fun u => relu u ^ 2 / 2) (fun u => u - a) u); [apply Hp|].
    auto_derive; auto. }
  unfold scal; simpl; unfold mult; simpl. ring.
Qed.

(** relu(u - a)^2/2 - relu(u - b)^2/2 has the derivative relu(u - a) - relu(u - b), which is constant
    below a and above b. *)
Lemma neuron_ramp a b : a <= b ->
  neuron (fun u => relu (u - a) ^ 2 / 2 - relu (u - b) ^ 2 / 2) (fun u => relu (u - a) - relu (u - b)) 1.
Proof.
  intro Hab. split; [lra|]. split.
  - intros u v Q. unfold relu, Rmax. repeat destruct Rle_dec; lra.
  - intro u. apply (is_derive_minus (fun u => relu (u - a) ^ 2 / 2) (fun u => relu (u - b) ^ 2 / 2));
      apply relu_shifted.
Qed.

(** Clipped to [a, b]; the Lagrangian is u^2/2 in between. *)
Lemma neuron_clip a b : a <= b ->
  neuron (fun u => u ^ 2 / 2 - relu (u - b) ^ 2 / 2 - relu (a - u) ^ 2 / 2) (fun u => Rmin (Rmax u a) b) 1.
Proof.
  intro Hab. destruct (neuron_ramp a b Hab) as (_ & Hs & Hp). split; [lra|]. split.
  - intros u v Q. unfold Rmin, Rmax. repeat destruct Rle_dec; lra.
  - intro u. apply (derive_ext (fun u => relu (u - a) ^ 2 / 2 - relu (u - b) ^ 2 / 2 + (a * u - a ^ 2 / 2))).
    + intro t. unfold relu, Rmax. repeat destruct Rle_dec; try lra; simpl; try field; nra.
    + replace (Rmin (Rmax u a) b) with (relu (u - a) - relu (u - b) + a)
        by (unfold relu, Rmin, Rmax; repeat destruct Rle_dec; lra).
      apply (is_derive_plus (fun u => relu (u - a) ^ 2 / 2 - relu (u - b) ^ 2 / 2) (fun u => a * u - a ^ 2 / 2)).
      * apply Hp.
      * auto_derive; auto. ring.
Qed.

(** relu(u) - a relu(-u): the slope a below 0. *)
Lemma neuron_leaky a : 0 <= a <= 1 ->
  neuron (fun u => relu u ^ 2 / 2 + a * relu (- u) ^ 2 / 2) (fun u => relu u - a * relu (- u)) 1.
Proof.
  intro Ha. split; [lra|]. split.
  - intros u v Q. unfold relu, Rmax. repeat destruct Rle_dec; nra.
  - intro u. apply (derive_ext (fun u => (1 - a) * (relu u ^ 2 / 2) + a * (u ^ 2 / 2))).
    + intro t. unfold relu, Rmax. repeat destruct Rle_dec; try lra; try field; nra.
    + replace (relu u - a * relu (- u)) with ((1 - a) * relu u + a * u)
        by (unfold relu, Rmax; repeat destruct Rle_dec; nra).
      apply (is_derive_plus (fun u => (1 - a) * (relu u ^ 2 / 2)) (fun u => a * (u ^ 2 / 2)));
        apply is_derive_scal; [apply neuron_relu|apply neuron_identity].
Qed.

(** Equality of functions made of relu, max and min: case by case. *)
Ltac by_pieces := let u := fresh "u" in intro u; unfold relu, Rmin, Rmax; cbv beta;
  repeat destruct Rle_dec; try lra; try field; nra.

(** One value on an interval, of a function made of relu, max and min. *)
Ltac flat := let u := fresh "u" in let v := fresh "v" in intros u v (? & ?) (? & ?); simpl in *;
  unfold relu, Rmin, Rmax; repeat destruct Rle_dec; lra.

(** ** Convex Lagrangians *)

Definition convex_on_line (L : R -> R) : Prop := forall u v s, 0 <= s <= 1 ->
  L ((1 - s) * u + s * v) <= (1 - s) * L u + s * L v.

(** A function whose derivative does not fall is convex. *)
Lemma convex_by_derivative L g : primitive_of L g -> (forall u v, u <= v -> g u <= g v) -> convex_on_line L.
Proof.
  intros Hp Hm. assert (T : forall u v, L u + g u * (v - u) <= L v).
  { intros u v. destruct (MVT_gen L u v g) as (c & Hc & E).
    { intros; apply Hp. }
    { intros x _. apply continuity_pt_filterlim.
      apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) L x). eexists. apply Hp. }
    destruct (Rle_dec u v) as [Q|Q].
    - rewrite Rmin_left, Rmax_right in Hc by lra. pose proof (Hm u c (proj1 Hc)). nra.
    - rewrite Rmin_right, Rmax_left in Hc by lra. pose proof (Hm c u (proj2 Hc)). nra. }
  intros u v s Hs. set (w := (1 - s) * u + s * v). pose proof (T w u) as A. pose proof (T w v) as B.
  assert (E : (1 - s) * (g w * (u - w)) + s * (g w * (v - w)) = 0) by (unfold w; ring).
  assert ((1 - s) * (L w + g w * (u - w)) <= (1 - s) * L u) by (apply Rmult_le_compat_l; lra).
  assert (s * (L w + g w * (v - w)) <= s * L v) by (apply Rmult_le_compat_l; lra). lra.
Qed.

Lemma convex_neuron L g h : neuron L g h -> convex_on_line L.
Proof. intros (_ & Hs & Hp). apply (convex_by_derivative L g Hp). intros u v Q. pose proof (Hs u v Q). lra. Qed.

Lemma convex_exp : convex_on_line exp.
Proof.
  apply (convex_by_derivative exp exp).
  - intro u. apply is_derive_Reals. apply derivable_pt_lim_exp.
  - intros u v [Q|Q]; [left; now apply exp_increasing|right; now rewrite Q].
Qed.

Lemma convex_abs : convex_on_line Rabs.
Proof.
  intros u v s Hs. eapply Rle_trans; [apply Rabs_triang|].
  rewrite !Rabs_mult, (Rabs_pos_eq (1 - s)), (Rabs_pos_eq s) by lra. lra.
Qed.

(** relu(u)^k/k for a whole k >= 2. *)
Lemma convex_relu : convex_on_line relu.
Proof.
  intros u v s Hs. unfold relu, Rmax. repeat destruct Rle_dec; nra.
Qed.

Lemma pow_convex_step (k : nat) a b s : 0 <= a -> 0 <= b -> 0 <= s <= 1 ->
  ((1 - s) * a + s * b) ^ k <= (1 - s) * a ^ k + s * b ^ k.
Proof.
  intros Ha Hb Hs. induction k as [|k IH]; [simpl; lra|]. simpl.
  set (m := (1 - s) * a + s * b) in *. assert (0 <= m) by (unfold m; nra).
  apply Rle_trans with (m * ((1 - s) * a ^ k + s * b ^ k)). { apply Rmult_le_compat_l; auto. }
  assert (0 <= (b - a) * (b ^ k - a ^ k)).
  { destruct (Rle_dec a b) as [Q|Q].
    - pose proof (pow_incr a b k (conj Ha Q)). nra.
    - assert (Q' : b <= a) by lra. pose proof (pow_incr b a k (conj Hb Q')). nra. }
  assert (E : (1 - s) * (a * a ^ k) + s * (b * b ^ k) - m * ((1 - s) * a ^ k + s * b ^ k)
    = s * (1 - s) * ((b - a) * (b ^ k - a ^ k))) by (unfold m; ring).
  assert (0 <= s * (1 - s)) by nra. nra.
Qed.

Lemma convex_relu_power (k : nat) c : 0 <= c -> convex_on_line (fun u => c * relu u ^ k).
Proof.
  intros Hc u v s Hs. assert (P : forall w, 0 <= relu w) by (intro; apply Rmax_r).
  apply Rle_trans with (c * ((1 - s) * relu u ^ k + s * relu v ^ k)); [|lra].
  apply Rmult_le_compat_l; auto. apply Rle_trans with (((1 - s) * relu u + s * relu v) ^ k).
  - apply pow_incr. split; [apply P|now apply convex_relu].
  - apply pow_convex_step; auto.
Qed.

Lemma convex_ext L L' : (forall u, L' u = L u) -> convex_on_line L -> convex_on_line L'.
Proof. intros E H u v s Hs. rewrite !E. now apply H. Qed.

(** ** Functions of a whole layer *)

Definition logsumexp (n : nat) (x : vec) : R := ln (sum n (fun i => exp (x i))).

Definition convex_of_states (F : vec -> R) : Prop := forall x y s, 0 <= s <= 1 ->
  F (fun i => (1 - s) * x i + s * y i) <= (1 - s) * F x + s * F y.

Lemma sum_exp_pos n x : (0 < n)%nat -> 0 < sum n (fun i => exp (x i)).
Proof.
  intro Hn. apply Rlt_le_trans with (exp (x 0%nat)); [apply exp_pos|].
  apply (sum_term n (fun i => exp (x i)) 0); auto. intros; apply Rlt_le, exp_pos.
Qed.

Lemma exp_tangent m d : exp m * (1 + d - m) <= exp d.
Proof.
  replace (exp d) with (exp m * exp (d - m)) by (rewrite <- exp_plus; f_equal; ring).
  apply Rmult_le_compat_l; [apply Rlt_le, exp_pos|]. pose proof (exp_ineq1_le (d - m)). lra.
Qed.

Lemma logsumexp_tangent n x y : (0 < n)%nat ->
  logsumexp n x + sum n (fun i => exp (x i) * (y i - x i)) / sum n (fun i => exp (x i)) <= logsumexp n y.
Proof.
  intro Hn. unfold logsumexp. pose proof (sum_exp_pos n x Hn) as HZ.
  set (Z := sum n (fun i => exp (x i))) in *. set (D := sum n (fun i => exp (x i) * (y i - x i))).
  set (m := D / Z). assert (E : m * Z = D) by (unfold m; field; lra).
  assert (B : Z * exp m <= sum n (fun i => exp (y i))).
  { replace (Z * exp m) with (sum n (fun i => exp (x i) * (exp m * (1 + (y i - x i) - m)))).
    - apply sum_le. intros i _. replace (exp (y i)) with (exp (x i) * exp (y i - x i))
        by (rewrite <- exp_plus; f_equal; ring).
      apply Rmult_le_compat_l; [apply Rlt_le, exp_pos|apply exp_tangent].
    - rewrite (sum_ext n _ (fun i => exp m * (1 - m) * exp (x i) + exp m * (exp (x i) * (y i - x i))))
        by (intros; ring).
      rewrite sum_plus, !sum_scal. fold Z D. rewrite <- E. ring. }
  replace (ln Z + m) with (ln (Z * exp m)) by (rewrite ln_mult, ln_exp; auto; apply exp_pos).
  destruct B as [B|B]; [left; apply ln_increasing; auto; apply Rmult_lt_0_compat; auto; apply exp_pos|].
  right. now rewrite B.
Qed.

Lemma convex_logsumexp n : (0 < n)%nat -> convex_of_states (logsumexp n).
Proof.
  intros Hn x y s Hs. set (w := fun i => (1 - s) * x i + s * y i).
  pose proof (logsumexp_tangent n w x Hn) as A. pose proof (logsumexp_tangent n w y Hn) as B.
  pose proof (sum_exp_pos n w Hn) as HZ. set (Z := sum n (fun i => exp (w i))) in *.
  set (a := sum n (fun i => exp (w i) * (x i - w i))) in *. set (b := sum n (fun i => exp (w i) * (y i - w i))) in *.
  assert (E : (1 - s) * a + s * b = 0).
  { unfold a, b. rewrite <- !sum_scal, <- sum_plus, <- (sum_zero n). apply sum_ext. intros i _. unfold w. ring. }
  assert (E' : (1 - s) * (a / Z) + s * (b / Z) = 0).
  { replace ((1 - s) * (a / Z) + s * (b / Z)) with (((1 - s) * a + s * b) / Z) by (field; lra). rewrite E. field. lra. }
  assert ((1 - s) * (logsumexp n w + a / Z) <= (1 - s) * logsumexp n x) by (apply Rmult_le_compat_l; lra).
  assert (s * (logsumexp n w + b / Z) <= s * logsumexp n y) by (apply Rmult_le_compat_l; lra). lra.
Qed.

(** F(beta x)/beta. *)
Lemma convex_states_scaled n beta : (0 < n)%nat -> 0 < beta ->
  convex_of_states (fun x => logsumexp n (fun i => beta * x i) / beta).
Proof.
  intros Hn Hb x y s Hs. pose proof (convex_logsumexp n Hn (fun i => beta * x i) (fun i => beta * y i) s Hs) as C.
  cbv beta in C. assert (P : 0 < / beta) by now apply Rinv_0_lt_compat. unfold Rdiv.
  replace ((1 - s) * (logsumexp n (fun i => beta * x i) * / beta) + s * (logsumexp n (fun i => beta * y i) * / beta))
    with (((1 - s) * logsumexp n (fun i => beta * x i) + s * logsumexp n (fun i => beta * y i)) * / beta) by ring.
  apply Rmult_le_compat_r; [lra|]. eapply Rle_trans; [|exact C]. right. unfold logsumexp. f_equal.
  apply sum_ext. intros i _. f_equal. ring.
Qed.
