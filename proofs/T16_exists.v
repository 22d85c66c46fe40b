(** T16: there is an equilibrium. Existence is by a contraction (forward-backward splitting),
  so neither
    Brouwer's theorem nor invariance of domain is needed. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Lure Banach.
Open Scope R_scope.

Section Lure.
Variable n : nat.
Variables tau rho b h d : vec.
Variable W : nat -> nat -> R.
(** g i is the activation of neuron i, L i its primitive. *)
Variable g L : nat -> R -> R.
Variable m : R.
Notation drive := (drive n W).
Notation act := (act g).
Notation force := (force n rho b W g).
Notation equilibrium := (equilibrium n rho b W g).
Notation solution := (solution n tau rho b W g).
Notation form := (form n rho h d W).
Notation norm2 := (norm2 n).

Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis h_pos : forall i, (i < n)%nat -> 0 < h i.
Hypothesis d_pos : forall i, (i < n)%nat -> 0 < d i.
Hypothesis m_pos : 0 < m.
Hypothesis slopes : forall i, (i < n)%nat -> slopes_at_most (g i) (h i).
Hypothesis definite : forall u, m * sum n (fun i => u i * u i) <= form u.

Lemma g_continuous i : (i < n)%nat -> continuity (g i).
Proof.
  intros Hi x eps He. exists (eps / h i). split; [apply Rdiv_lt_0_compat; auto|].
  intros y (_ & Hy). simpl in *. unfold R_dist in *.
  pose proof (slopes_lipschitz (g i) (h i) x y (slopes i Hi)) as B.
  apply Rle_lt_trans with (1 := B). pose proof (h_pos i Hi).
    apply (Rmult_lt_compat_l (h i)) in Hy; auto.
  replace (h i * (eps / h i)) with eps in Hy by (field; lra). exact Hy.
Qed.

(** T16: there is an equilibrium. *)
Theorem T16_exists : exists xs, equilibrium xs.
Proof.
  (* B u = D((rho/h) u - W u), whose form is at least m *)
  set (B := fun (u : vec) i => d i * (rho i / h i * u i - drive u i)).
  set (beta := sum n (fun i => sum n (fun j => (d i * ((if Nat.eqb i j then rho i / h i else 0)
    - W i j)) * (d i * ((if Nat.eqb i j then rho i / h i else 0) - W i j)))) + 1 + m * m).
  assert (Hbeta : 1 + m * m <= beta).
  { unfold beta. assert (0 <= sum n (fun i => sum n (fun j => (d i * ((if Nat.eqb i j then rho i / h
    i else 0) - W i j)) * (d i * ((if Nat.eqb i j then rho i / h i else 0) - W i j))))); [|lra].
    apply sum_nonneg. intros. apply sum_nonneg. intros. apply Rle_0_sqr. }
  assert (HB2 : forall u, norm2 (B u) <= beta * norm2 u).
  { intro u. apply Rle_trans with (sum n (fun i => sum n (fun j => (d i * ((if Nat.eqb i j then rho
    i / h i else 0) - W i j)) * (d i * ((if Nat.eqb i j then rho i / h i else 0)
    - W i j))) * norm2 u)).
    - apply sum_le. intros i Hi.
      assert (E : B u i = sum n (fun j => d i * ((if Nat.eqb i j then rho i / h i else 0)
        - W i j) * u j)).
      { unfold B, Lure.drive. assert (P : forall c,
        sum n (fun j => (if Nat.eqb i j then c else 0) * u j) = c * u i).
        { intro c. clear - Hi. revert Hi. generalize n. intro p.
          induction p as [|p IH]; intro Hi; [lia|]. simpl. destruct (Nat.eqb_spec i p) as [->|Q].
          - assert (Z : sum p (fun j => (if Nat.eqb p j then c else 0) * u j) = 0).
            { transitivity (sum p (fun _ => 0)); [|apply sum_zero]. apply sum_ext. intros j Hj.
              destruct (Nat.eqb_spec p j); [lia|ring]. } rewrite Z. ring.
          - rewrite IH by lia. ring. }
        rewrite <- (P (rho i / h i)), <- sum_minus, <- sum_scal. apply sum_ext. intros. ring. }
      rewrite E. apply sum_cs.
    - rewrite sum_scal_r. unfold beta. assert (0 <= norm2 u) by (apply sum_nonneg; intros;
      apply Rle_0_sqr).
      assert (0 <= (1 + m * m) * norm2 u) by (apply Rmult_le_pos; nra). lra. }
  assert (HB1 : forall u, m * norm2 u <= sum n (fun i => u i * B u i)).
  { intro u. apply Rle_trans with (1 := definite u). right. unfold Lure.form. rewrite <- sum_minus.
    apply sum_ext. intros. unfold B. ring. }
  assert (HBm : forall u v i, B (fun j => v j - u j) i = B v i - B u i) by (intros; unfold B;
    rewrite drive_minus; ring).
  (* the length of a step *)
  assert (exists e1, 0 < e1 /\ forall i, (i < n)%nat ->
    e1 * (d i * (rho i / h i)) <= / 2) as (e1 & He1 & Ke1).
  { clear - d_pos rho_pos h_pos. induction n as [|p IH]; [exists 1; split; [lra|intros; lia]|].
    destruct IH as (e & He & K). { intros; apply rho_pos; lia. } { intros; apply h_pos; lia.
      } { intros; apply d_pos; lia. }
    assert (0 < d p * (rho p / h p)). { apply Rmult_lt_0_compat; [apply d_pos;
      lia|apply Rdiv_lt_0_compat; [apply rho_pos|apply h_pos]; lia]. }
    exists (Rmin e (/ 2 / (d p * (rho p / h p)))).
      split; [apply Rmin_pos; auto; apply Rdiv_lt_0_compat; lra|].
    intros i Hi. destruct (Nat.eq_dec i p) as [->|Hne].
    - apply Rle_trans with (/ 2 / (d p * (rho p / h p)) * (d p * (rho p / h p))).
      { apply Rmult_le_compat_r; [lra|apply Rmin_r]. } right. field.
      assert (0 < d p) by (apply d_pos; lia). assert (0 < rho p) by (apply rho_pos; lia).
        assert (0 < h p) by (apply h_pos; lia). repeat split; lra.
    - assert (0 < d i * (rho i / h i)). { apply Rmult_lt_0_compat; [apply d_pos;
      lia|apply Rdiv_lt_0_compat; [apply rho_pos|apply h_pos]; lia]. }
      apply Rle_trans with (e * (d i * (rho i / h i))).
        { apply Rmult_le_compat_r; [lra|apply Rmin_l]. } apply K. lia. }
  set (e := Rmin e1 (m / beta)).
  assert (He : 0 < e). { apply Rmin_pos; auto. apply Rdiv_lt_0_compat; nra. }
  assert (Hea : forall i, (i < n)%nat -> 0 < e * (d i * (rho i / h i)) <= / 2).
  { intros i Hi. assert (0 < d i * (rho i / h i)).
    { apply Rmult_lt_0_compat; [auto|apply Rdiv_lt_0_compat; auto]. }
    split; [apply Rmult_lt_0_compat; auto|].
      apply Rle_trans with (e1 * (d i * (rho i / h i))); auto.
      apply Rmult_le_compat_r; [lra|apply Rmin_l]. }
  assert (Heb : e * beta <= m). { apply Rle_trans with (m / beta * beta).
    { apply Rmult_le_compat_r; [nra|apply Rmin_r]. } right. field. nra. }
  (* the resolvent: x with (1 - a) g(x) + e d rho x = w *)
  set (a := fun i => e * (d i * (rho i / h i))).
  assert (R0 : forall i, {r : R -> R | (i < n)%nat -> forall w,
    (1 - a i) * g i (r w) + e * d i * rho i * r w = w}).
  { intro i. destruct (lt_dec i n) as [Hi|Hi]; [|exists (fun _ => 0); intro; lia].
    assert (Sj : forall w, {x | (1 - a i) * g i x + e * d i * rho i * x = w}).
    { pose proof (Hea i Hi) as Ha. fold (a i) in Ha. pose proof (d_pos i Hi).
      pose proof (rho_pos i Hi).
      assert (0 < e * d i * rho i) by (repeat apply Rmult_lt_0_compat; auto).
      apply (surjective (fun x => (1 - a i) * g i x + e * d i * rho i * x) (e * d i * rho i)); auto.
      - apply continuity_plus; apply continuity_mult; try (apply continuity_const; intros ? ?;
        reflexivity); [now apply g_continuous|apply derivable_continuous, derivable_id].
      - intros u v Huv. pose proof (slopes i Hi u v Huv). nra. }
    exists (fun w => proj1_sig (Sj w)). intros _ w. exact (proj2_sig (Sj w)). }
  set (r := fun i => proj1_sig (R0 i)).
  assert (Hr : forall i, (i < n)%nat -> forall w,
    (1 - a i) * g i (r i w) + e * d i * rho i * r i w = w) by (intros i Hi;
    exact (proj2_sig (R0 i) Hi)).
  (* it does not expand *)
  assert (NE : forall i u v, (i < n)%nat -> (g i (r i v) - g i (r i u)) * (g i (r i v)
    - g i (r i u)) <= (v - u) * (v - u)).
  { intros i u v Hi. pose proof (Hr i Hi u) as Eu. pose proof (Hr i Hi v) as Ev.
    pose proof (slope_product (g i) (h i) (r i u) (r i v) (slopes i Hi)) as P.
      pose proof (Hea i Hi) as Ha. fold (a i) in Ha.
    pose proof (d_pos i Hi). pose proof (rho_pos i Hi). pose proof (h_pos i Hi).
    set (dgm := g i (r i v) - g i (r i u)) in *. set (dx := r i v - r i u) in *.
    assert (E : v - u = (1 - a i) * dgm + e * d i * rho i * dx) by (unfold dgm, dx; lra).
    assert (Q : a i * (dgm * dgm) <= e * d i * rho i * (dgm * dx)).
    { unfold a. replace (e * (d i * (rho i / h i)) * (dgm * dgm))
      with (e * d i * rho i * (/ h i * (dgm * dgm))) by (field; lra).
      apply Rmult_le_compat_l; [repeat apply Rmult_le_pos; lra|].
        apply (Rmult_le_reg_l (h i)); auto. rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra.
        exact P. }
    assert (Q2 : dgm * dgm <= dgm * (v - u)). { rewrite E. nra. }
    assert (0 <= (v - u - dgm) * (v - u - dgm)) by apply Rle_0_sqr. nra. }
  (* the map *)
  set (w := fun (gm : vec) i => gm i - e * (B gm i - d i * b i)).
  set (F := fun (gm : vec) i => g i (r i (w gm i))).
  destruct (banach n F (1 - e * m)) as (l & Hl).
  - (* 0 < 1 - e m < 1 *)
    assert (e * m < 1). { assert (e * (1 + m * m) <= m). { apply Rle_trans with (e * beta); auto.
      apply Rmult_le_compat_l; lra. } nra. }
    assert (0 < e * m) by (apply Rmult_lt_0_compat; auto). lra.
  - intros u v. set (dl := fun i => v i - u i).
    apply Rle_trans with (norm2 (fun i => dl i - e * B dl i)).
    + apply sum_le. intros i Hi. unfold F. apply Rle_trans with (1 := NE i (w u i) (w v i) Hi).
      right. unfold w.
      unfold dl. rewrite HBm. ring.
    + assert (E : norm2 (fun i => dl i - e * B dl i)
      = norm2 dl - 2 * e * sum n (fun i => dl i * B dl i) + e * e * norm2 (B dl)).
      { unfold Lure.norm2. rewrite <- !sum_scal, <- sum_minus, <- sum_plus. apply sum_ext.
        intros; ring. }
      rewrite E. pose proof (HB1 dl). pose proof (HB2 dl).
        assert (N0 : 0 <= norm2 dl) by (apply sum_nonneg; intros; apply Rle_0_sqr).
      assert (e * e * norm2 (B dl) <= e * (m * norm2 dl)).
      { rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|].
        apply Rle_trans with (e * (beta * norm2 dl)); [apply Rmult_le_compat_l; lra|].
        rewrite <- Rmult_assoc. apply Rmult_le_compat_r; auto. }
      assert (2 * e * (m * norm2 dl) <= 2 * e * sum n (fun i => dl i * B dl i))
        by (apply Rmult_le_compat_l; lra).
      change (norm2 (fun i : nat => v i - u i)) with (norm2 dl). lra.
  - exists (fun i => r i (w l i)). intros i Hi. unfold Lure.force.
    assert (Dr : drive (act (fun i => r i (w l i))) i = drive l i) by (apply sum_ext; intros j Hj;
      f_equal; exact (Hl j Hj)).
    rewrite Dr. pose proof (Hr i Hi (w l i)) as E. pose proof (Hl i Hi) as El. unfold F in El.
      rewrite El in E. unfold w at 2 in E. unfold B, a in E.
    pose proof (d_pos i Hi). assert (Hed : 0 < e * d i) by (apply Rmult_lt_0_compat; auto).
    apply (Rmult_eq_reg_l (e * d i)); [|lra]. rewrite Rmult_0_r.
    set (X := r i (w l i)) in *. nra.
Qed.
End Lure.
