(** Banach's fixed point theorem for the Euclidean norm, and maps that take every value. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Lure.
Open Scope R_scope.

Section Banach.
Variable n : nat.

(** Banach's theorem for maps that shrink the square of the norm by a factor q < 1 *)
Lemma banach (F : vec -> vec) q : 0 < q < 1 ->
  (forall u v, norm2 n (fun i => F v i - F u i) <= q * norm2 n (fun i => v i - u i)) ->
  {l | agree n (F l) l}.
Proof.
  intros Hq Hc. set (s := fun k => Nat.iter k F (fun _ => 0)).
  assert (Hs : forall k, s (S k) = F (s k)) by reflexivity.
  set (D := norm2 n (fun i => s 1%nat i - s 0%nat i)).
  assert (HD : 0 <= D) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  assert (G : forall k, norm2 n (fun i => s (S k) i - s k i) <= q ^ k * D).
  { induction k; [unfold D; simpl; lra|].
    change (norm2 n (fun i => F (s (S k)) i - F (s k) i) <= q ^ S k * D).
    apply Rle_trans with (1 := Hc (s k) (s (S k))). simpl pow. rewrite Rmult_assoc.
      apply Rmult_le_compat_l; [lra|exact IHk]. }
  assert (Co : forall u i, (i < n)%nat -> u i * u i <= norm2 n u).
  { intros u i Hi. apply (sum_term n (fun i => u i * u i)); auto. intros; apply Rle_0_sqr. }
  set (r := sqrt q). assert (Hr : 0 < r < 1). { unfold r. split; [apply sqrt_lt_R0; lra|].
    rewrite <- sqrt_1. apply sqrt_lt_1; lra. }
  assert (Hrk : forall k, r ^ k * r ^ k = q ^ k). { intro k. rewrite <- Rpow_mult_distr. unfold r.
    rewrite sqrt_sqrt; lra. }
  assert (St : forall i k, (i < n)%nat -> Rabs (s (S k) i - s k i) <= sqrt D * r ^ k).
  { intros i k Hi. apply Rsqr_incr_0; [|apply Rabs_pos|apply Rmult_le_pos;
    [apply sqrt_pos|apply pow_le; lra]].
    rewrite <- Rsqr_abs. unfold Rsqr. apply Rle_trans
      with (1 := Co (fun i => s (S k) i - s k i) i Hi). apply Rle_trans with (1 := G k).
    replace (sqrt D * r ^ k * (sqrt D * r ^ k)) with ((r ^ k * r ^ k) * (sqrt D * sqrt D)) by ring.
      rewrite Hrk, sqrt_sqrt by auto. lra. }
  assert (Cv : forall i, (i < n)%nat -> ex_finite_lim_seq (fun k => s k i)).
  { intros i Hi. assert (ES : ex_series (fun k => s (S k) i - s k i)).
    { apply (ex_series_le (K := R_AbsRing) (V := R_CompleteNormedModule) (fun k => s (S k) i
      - s k i) (fun k => sqrt D * r ^ k)). { intro k. apply St; auto. }
      apply (ex_series_scal_l (sqrt D) (fun k => r ^ k)). apply ex_series_geom.
        rewrite Rabs_pos_eq; lra. }
    destruct ES as (l & Hl). exists l. apply is_lim_seq_incr_1.
    apply (is_lim_seq_ext (sum_n (fun k => s (S k) i - s k i))); [|exact Hl].
    induction n0; [rewrite sum_O; simpl; ring|]. rewrite sum_Sn, IHn0. unfold plus; simpl. ring. }
  set (l := fun i => real (Lim_seq (fun k => s k i))).
  assert (Hl : forall i, (i < n)%nat -> is_lim_seq (fun k => s k i) (l i)) by (intros i Hi;
    apply Lim_seq_correct'; auto).
  exists l. intros i Hi.
  assert (Z : is_lim_seq (fun k => norm2 n (fun i => l i - s k i)) 0).
  { unfold norm2. clear - Hl. revert Hl. generalize n. intro p.
    induction p as [|p IH]; intro Hl; simpl; [apply is_lim_seq_const|].
    replace (Finite 0) with (Finite (0 + (l p - l p) * (l p - l p))) by (f_equal; ring).
    apply is_lim_seq_plus'; [apply IH; intros; apply Hl; lia|].
    apply is_lim_seq_mult'; apply (is_lim_seq_minus' (fun _ => l p) (fun k => s k p));
      try apply is_lim_seq_const; apply Hl; lia. }
  assert (Z2 : is_lim_seq (fun k => (F l i - s (S k) i) * (F l i - s (S k) i)) 0).
  { apply (is_lim_seq_le_le (fun _ => 0) _ (fun k => q * norm2 n (fun i => l i - s k i))).
    - intro k. split; [apply Rle_0_sqr|]. rewrite Hs.
      apply Rle_trans with (1 := Co (fun i => F l i - F (s k) i) i Hi). apply Hc.
    - apply is_lim_seq_const.
    - replace (Finite 0) with (Rbar_mult q 0) by (simpl; f_equal; ring). apply is_lim_seq_scal_l.
      exact Z. }
  assert (Z3 : is_lim_seq (fun k => (F l i - s (S k) i) * (F l i - s (S k) i)) ((F l i
    - l i) * (F l i - l i))).
  { apply is_lim_seq_mult'; apply (is_lim_seq_minus' (fun _ => F l i) (fun k => s (S k) i));
    try apply is_lim_seq_const; apply (is_lim_seq_incr_1 (fun k => s k i)); apply Hl; auto. }
  pose proof (is_lim_seq_unique _ _ Z2) as U1. rewrite (is_lim_seq_unique _ _ Z3) in U1.
    injection U1 as U1.
  apply Rmult_integral in U1. destruct U1; lra.
Qed.

(** A map that is strongly monotone and Lipschitz takes every value. *)
Lemma monotone_onto (F : vec -> vec) c M : 0 < c -> 0 <= M ->
  (forall u v, c * norm2 n (fun i => v i - u i) <= sum n (fun i => (F v i - F u i) * (v i - u i))) ->
  (forall u v, norm2 n (fun i => F v i - F u i) <= M * norm2 n (fun i => v i - u i)) ->
  forall w, {x | agree n (F x) w}.
Proof.
  intros Hc HM Hm Hl w. set (N := M + 1 + c * c).
  assert (HN : 1 + c * c <= N) by (unfold N; lra).
  set (e := c / N). assert (He : 0 < e) by (apply Rdiv_lt_0_compat; nra).
  assert (EN : e * N = c) by (unfold e; field; nra).
  destruct (banach (fun x i => x i - e * (F x i - w i)) (1 - e * c)) as (x & Hx).
  - assert (0 < e * c) by (apply Rmult_lt_0_compat; auto).
    assert (e * c < 1); [|lra]. apply (Rmult_lt_reg_r N); [nra|].
    replace (e * c * N) with (c * (e * N)) by ring. rewrite EN. nra.
  - intros u v. specialize (Hm u v). specialize (Hl u v).
    set (D := norm2 n (fun i => v i - u i)) in *.
    assert (E : norm2 n (fun i => v i - e * (F v i - w i) - (u i - e * (F u i - w i)))
      = D - 2 * e * sum n (fun i => (F v i - F u i) * (v i - u i))
        + e * e * norm2 n (fun i => F v i - F u i)).
    { unfold D, norm2. rewrite <- !sum_scal, <- sum_minus, <- sum_plus. apply sum_ext. intros; ring. }
    rewrite E. assert (HD : 0 <= D) by (apply sum_nonneg; intros; apply Rle_0_sqr).
    assert (e * e * norm2 n (fun i => F v i - F u i) <= e * (c * D)).
    { rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|].
      apply Rle_trans with (e * (N * D)); [apply Rmult_le_compat_l; [lra|]|].
      - apply Rle_trans with (1 := Hl). apply Rmult_le_compat_r; [exact HD|]. unfold N. nra.
      - rewrite <- Rmult_assoc, EN. lra. }
    assert (2 * e * (c * D) <= 2 * e * sum n (fun i => (F v i - F u i) * (v i - u i)))
      by (apply Rmult_le_compat_l; lra).
    lra.
  - exists x. intros i Hi. pose proof (Hx i Hi) as E. cbv beta in E.
    assert (Z : e * (F x i - w i) = 0) by lra. apply Rmult_integral in Z. lra.
Qed.
End Banach.
