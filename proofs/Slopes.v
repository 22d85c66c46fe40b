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

(** A function that leaves its tangent at u no faster than C (v - u)^2 has that derivative at u. *)
Lemma derive_by_square (f : R -> R) u l C :
  (forall v, Rabs (f v - f u - l * (v - u)) <= C * ((v - u) * (v - u))) -> is_derive f u l.
Proof.
  intro H. apply is_derive_Reals. intros eps He.
  assert (HC : 0 <= C).
  { specialize (H (u + 1)). pose proof (Rabs_pos (f (u + 1) - f u - l * (u + 1 - u))).
    replace (u + 1 - u) with 1 in * by ring. lra. }
  assert (Hd : 0 < eps / (C + 1)) by (apply Rdiv_lt_0_compat; lra).
  exists (mkposreal _ Hd). intros e Hz Hh. simpl in Hh. specialize (H (u + e)).
  replace (u + e - u) with e in H by ring.
  replace ((f (u + e) - f u) / e - l) with ((f (u + e) - f u - l * e) / e) by (field; auto).
  unfold Rdiv at 1. rewrite Rabs_mult, Rabs_inv. assert (P : 0 < Rabs e) by now apply Rabs_pos_lt.
  apply (Rmult_lt_reg_r (Rabs e)); auto. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  apply Rle_lt_trans with (1 := H).
  assert (E : e * e = Rabs e * Rabs e) by (rewrite <- Rabs_mult; symmetry; apply Rabs_pos_eq, Rle_0_sqr).
  rewrite E, <- Rmult_assoc. apply Rmult_lt_compat_r; auto.
  apply (Rmult_lt_compat_l (C + 1)) in Hh; [|lra].
  replace ((C + 1) * (eps / (C + 1))) with eps in Hh by (field; lra). lra.
Qed.

Lemma slopes_continuous g h u : slopes_at_most g h -> continuous g u.
Proof.
  intro Hs. apply filterlim_locally. intro eps. pose proof (cond_pos eps) as He.
  assert (Hd : 0 < eps / (Rabs h + 1)).
  { apply Rdiv_lt_0_compat; auto. pose proof (Rabs_pos h). lra. }
  exists (mkposreal _ Hd). refine (fun (v : R) (Bv : Rabs (v - u) < eps / (Rabs h + 1)) => _).
  change (Rabs (g v - g u) < eps). pose proof (Rabs_pos h) as Ph. pose proof (Rle_abs h).
  pose proof (Rabs_pos (v - u)).
  apply Rle_lt_trans with (1 := slopes_lipschitz g h u v Hs).
  apply (Rmult_lt_compat_l (Rabs h + 1)) in Bv; [|lra].
  replace ((Rabs h + 1) * (eps / (Rabs h + 1))) with (pos eps) in Bv by (field; lra). nra.
Qed.

(** Such an activation has a primitive. *)
Lemma slopes_primitive g h : slopes_at_most g h -> primitive_of (fun u => RInt g 0 u) g.
Proof.
  intros Hs u. apply (is_derive_RInt g (fun u => RInt g 0 u) 0 u).
  - exists (mkposreal 1 Rlt_0_1). intros v _. apply (RInt_correct (V := R_CompleteNormedModule)).
    apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros z _. now apply slopes_continuous with h.
  - now apply slopes_continuous with h.
Qed.
