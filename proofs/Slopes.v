(** Activations of single neurons: non-decreasing functions with bounded slopes,
  and their primitives. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

(** g is non-decreasing, with slopes at most h. *)
Definition slopes_at_most (g : R -> R) (h : R) := forall u v,
  u <= v -> 0 <= g v - g u <= h * (v - u).
(** L is the Lagrangian of one neuron: its derivative is g. *)
Definition primitive_of (L g : R -> R) := forall u, is_derive L u (g u).

Lemma slopes_by_derivative g dg h : (forall u, is_derive g u (dg u)) ->
  (forall u, 0 <= dg u <= h) -> slopes_at_most g h.
Proof.
  intros D B u v Huv. destruct (MVT_gen g u v dg) as (c & _ & E).
  - intros; apply D.
  - intros x _. apply continuity_pt_filterlim.
    apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) g x). eexists. apply D.
  - rewrite E. pose proof (B c). nra.
Qed.

(** L lies above its tangents, and at most h/2 times the square of the distance above them. *)
Lemma tangent_bound (L g : R -> R) h u v : primitive_of L g -> slopes_at_most g h ->
  0 <= L v - L u - g u * (v - u) <= h / 2 * ((v - u) * (v - u)).
Proof.
  intros Hp Hs. split.
  - destruct (MVT_gen L u v g) as (c & Hc & E).
    { intros; apply Hp. }
    { intros x _. apply continuity_pt_filterlim.
      apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) L x). eexists. apply Hp. }
    rewrite E. destruct (Rle_dec u v) as [Q|Q].
    + rewrite Rmin_left, Rmax_right in Hc by lra. pose proof (Hs u c (proj1 Hc)). nra.
    + rewrite Rmin_right, Rmax_left in Hc by lra. pose proof (Hs c u (proj2 Hc)). nra.
  - set (psi := fun s => L u + g u * (s - u) + h / 2 * ((s - u) * (s - u)) - L s).
    assert (Dp : forall s, is_derive psi s (g u + h * (s - u) - g s)).
    { intro s. unfold psi. evar_last.
      { apply (is_derive_minus (fun s => L u + g u * (s - u) + h / 2 * ((s - u) * (s - u))) L s
          (g u + h * (s - u)) (g s)); [auto_derive; auto; field|apply Hp]. }
      reflexivity. }
    destruct (MVT_gen psi u v (fun s => g u + h * (s - u) - g s)) as (c & Hc & E).
    { intros; apply Dp. }
    { intros s _. apply continuity_pt_filterlim.
      apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) psi s). eexists. apply Dp.
        }
    assert (P0 : psi u = 0) by (unfold psi; ring). rewrite P0 in E.
    assert (0 <= psi v); [|unfold psi in *; lra].
    destruct (Rle_dec u v) as [Q|Q].
    + rewrite Rmin_left, Rmax_right in Hc by lra. pose proof (Hs u c (proj1 Hc)).
      assert (0 <= (g u + h * (c - u) - g c) * (v - u)) by (apply Rmult_le_pos; lra). lra.
    + rewrite Rmin_right, Rmax_left in Hc by lra. pose proof (Hs c u (proj2 Hc)).
      assert (0 <= (g c - g u - h * (c - u)) * (u - v)) by (apply Rmult_le_pos; lra). lra.
Qed.

(** Baillon's and Haddad's inequality in one dimension. *)
Lemma baillon_haddad L g h u v : 0 < h -> primitive_of L g -> slopes_at_most g h ->
  (g v - g u) * (g v - g u) / (2 * h) <= L v - L u - g u * (v - u).
Proof.
  intros Hh Hp Hs. set (d := g v - g u). set (c := v - d / h).
  pose proof (proj2 (tangent_bound L g h v c Hp Hs)) as D.
  pose proof (proj1 (tangent_bound L g h u c Hp Hs)) as T.
  assert (E : c - v = - (d / h)) by (unfold c; ring). rewrite E in D.
  assert (E2 : L v - L u - g u * (v - u) - d * d / (2 * h) = (L c - L u - g u * (c - u))
    + (L v + g v * - (d / h) + h / 2 * (- (d / h) * - (d / h)) - L c)).
  { unfold c, d. field. lra. }
  lra.
Qed.

(** (delta g)^2 <= h delta g delta x. *)
Lemma slope_product g h u v : slopes_at_most g h ->
  (g v - g u) * (g v - g u) <= h * ((g v - g u) * (v - u)).
Proof.
  intro Hs. destruct (Rle_dec u v) as [Q|Q].
  - pose proof (Hs u v Q). nra.
  - assert (Q' : v <= u) by lra. pose proof (Hs v u Q'). nra.
Qed.

(** g is Lipschitz with the constant h. *)
Lemma slopes_lipschitz g h u v : slopes_at_most g h -> Rabs (g v - g u) <= h * Rabs (v - u).
Proof.
  intro Hs. destruct (Rle_dec u v) as [Q|Q].
  - pose proof (Hs u v Q). rewrite !Rabs_pos_eq by lra. lra.
  - assert (Q' : v <= u) by lra. pose proof (Hs v u Q').
    rewrite (Rabs_minus_sym (g v)), (Rabs_minus_sym v), !Rabs_pos_eq by lra. lra.
Qed.
