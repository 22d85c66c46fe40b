(** T16: every solution converges to the equilibrium, exponentially and with a stated rate. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Gronwall Slopes Model Lure.
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

Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis h_pos : forall i, (i < n)%nat -> 0 < h i.
Hypothesis d_pos : forall i, (i < n)%nat -> 0 < d i.
Hypothesis m_pos : 0 < m.
Hypothesis slopes : forall i, (i < n)%nat -> slopes_at_most (g i) (h i).
Hypothesis primitive : forall i, (i < n)%nat -> primitive_of (L i) (g i).
Hypothesis definite : forall u, m * sum n (fun i => u i * u i) <= form u.

(** C of docs/theory.md *)
Definition drive_bound : R := sum n (fun i => / (2 * rho i) * sum n (fun j => W i j * W i j)).

Lemma drive_bounded u : sum n (fun i => / (2 * rho i) * (drive u i * drive u i))
  <= drive_bound * sum n (fun i => u i * u i).
Proof.
  unfold drive_bound. rewrite <- sum_scal_r. apply sum_le. intros i Hi. rewrite Rmult_assoc.
    pose proof (rho_pos i Hi).
  apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat; lra|]. apply sum_cs.
Qed.

Lemma drive_bound_nonneg : 0 <= drive_bound.
Proof. apply sum_nonneg. intros i Hi. pose proof (rho_pos i Hi).
  apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; lra|apply sum_nonneg; intros;
  apply Rle_0_sqr]. Qed.

(** The constant of the rate: solutions come near at least like exp(-t/kappa). *)
Definition kappa : R := top n (fun i => tau i / rho i * (1 + drive_bound / m * d i * h i)).

(** U of docs/theory.md, relative to the equilibrium xs *)
Definition lyapunov (xs x : vec) : R := sum n (fun i => / 2 * tau i * ((x i - xs i) * (x i - xs i)))
  + drive_bound / m * sum n (fun i => d i * tau i * (L i (x i) - L i (xs i) - g i (xs i) * (x i
    - xs i))).

Lemma kappa_term i : (i < n)%nat ->
  0 < tau i / rho i * (1 + drive_bound / m * d i * h i) <= kappa.
Proof.
  intro Hi. split; [|exact (top_term n (fun i => tau i / rho i * (1
    + drive_bound / m * d i * h i)) i Hi)].
  pose proof drive_bound_nonneg. pose proof (tau_pos i Hi). pose proof (rho_pos i Hi).
  pose proof (d_pos i Hi). pose proof (h_pos i Hi).
  apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat; auto|].
  assert (0 <= drive_bound / m).
  { apply Rmult_le_pos; [auto|apply Rlt_le, Rinv_0_lt_compat; auto]. }
  assert (0 <= drive_bound / m * d i) by (apply Rmult_le_pos; lra).
  assert (0 <= drive_bound / m * d i * h i) by (apply Rmult_le_pos; lra). lra.
Qed.

(** T16: every solution converges to the equilibrium, at the rate 1/kappa. *)
Theorem T16_attracts xs (x : R -> vec) : equilibrium xs -> solution x -> forall t, 0 <= t ->
  sum n (fun i => tau i * ((x t i - xs i) * (x t i - xs i)))
    <= 2 * lyapunov xs (x 0) * exp (- / kappa * t).
Proof.
  intros He Hs t Ht. pose proof drive_bound_nonneg as HB.
  destruct (Nat.eq_dec n 0) as [Z|Z]; [unfold lyapunov; rewrite Z; simpl; lra|].
  assert (KP : 0 < kappa) by (pose proof (kappa_term 0 ltac:(lia)); lra).
  assert (Hc : 0 <= drive_bound / m) by (apply Rmult_le_pos; [auto|apply Rlt_le, Rinv_0_lt_compat;
    auto]).
  set (c := drive_bound / m) in *.
  assert (Low : forall y, sum n (fun i => tau i * ((y i - xs i) * (y i - xs i)))
    <= 2 * lyapunov xs y).
  { intro y. unfold lyapunov. fold c.
    assert (E : sum n (fun i => tau i * ((y i - xs i) * (y i - xs i)))
      = 2 * sum n (fun i => / 2 * tau i * ((y i - xs i) * (y i - xs i)))).
    { rewrite <- sum_scal. apply sum_ext. intros. field. }
    rewrite E. assert (0 <= c * sum n (fun i => d i * tau i * (L i (y i) - L i (xs i)
      - g i (xs i) * (y i - xs i)))); [|lra].
    apply Rmult_le_pos; auto. apply sum_nonneg. intros i Hi. pose proof (tau_pos i Hi).
      pose proof (d_pos i Hi).
    apply Rmult_le_pos; [nra|]. apply (tangent_bound (L i) (g i) (h i)); auto. }
  apply Rle_trans with (1 := Low (x t)).
  cut (lyapunov xs (x t) <= lyapunov xs (x 0) * exp (- / kappa * t)). { intro. lra. }
  apply (gronwall (fun s => lyapunov xs (x s)) (fun s => sum n (fun i => (x s i
    - xs i) * force (x s) i) + c * sum n (fun i => d i * (act (x s) i
    - act xs i) * force (x s) i))); auto.
  - (* the derivative *)
    intros s Hs'. unfold lyapunov. fold c.
    apply (is_derive_plus (fun s => sum n (fun i => / 2 * tau i * ((x s i - xs i) * (x s i
      - xs i))))
       (fun s => c * sum n (fun i => d i * tau i * (L i (x s i) - L i (xs i) - g i (xs i) * (x s i
         - xs i))))).
    + apply (is_derive_sum n (fun s i => / 2 * tau i * ((x s i - xs i) * (x s i - xs i)))).
      intros i Hi.
      pose proof (Hs s Hs' i Hi) as D. pose proof (tau_pos i Hi).
      assert (Dd : is_derive (fun s => x s i - xs i) s (force (x s) i / tau i)).
      { evar_last. apply (is_derive_minus (fun s => x s i) (fun _ => xs i) s _ _ D (is_derive_const
        (xs i) s)). unfold minus, plus, opp, zero; simpl. ring. }
      evar_last. { apply (is_derive_scal (fun s => (x s i - xs i) * (x s i
        - xs i)) s (/ 2 * tau i)).
        apply (is_derive_mult (fun s => x s i - xs i) (fun s => x s i - xs i) s _ _ Dd Dd).
          intros; apply Rmult_comm. }
      unfold plus, mult; simpl. unfold mult; simpl. field. lra.
    + apply (is_derive_scal (fun s => sum n (fun i => d i * tau i * (L i (x s i) - L i (xs i)
      - g i (xs i) * (x s i - xs i)))) s c).
      apply (is_derive_sum n (fun s i => d i * tau i * (L i (x s i) - L i (xs i)
        - g i (xs i) * (x s i - xs i)))). intros i Hi.
      pose proof (Hs s Hs' i Hi) as D. pose proof (tau_pos i Hi).
      assert (DL : is_derive (fun s => L i (x s i)) s (force (x s) i / tau i * g i (x s i))).
      { apply (is_derive_comp (L i) (fun s => x s i) s _ _ (primitive i Hi (x s i)) D). }
      assert (D2 : is_derive (fun s => g i (xs i) * (x s i
        - xs i)) s (g i (xs i) * (force (x s) i / tau i))).
      { apply (is_derive_scal (fun s => x s i - xs i) s (g i (xs i))).
        evar_last. apply (is_derive_minus (fun s => x s i) (fun _ => xs i) s _ _ D (is_derive_const
          (xs i) s)). unfold minus, plus, opp, zero; simpl. ring. }
      evar_last. { apply (is_derive_scal (fun s => L i (x s i) - L i (xs i) - g i (xs i) * (x s i
        - xs i)) s (d i * tau i)).
        apply (is_derive_minus (fun s => L i (x s i) - L i (xs i)) (fun s => g i (xs i) * (x s i
          - xs i)) s _ _ (is_derive_minus (fun s => L i (x s i)) (fun _ => L i (xs i)) s _ _ DL
          (is_derive_const (L i (xs i)) s)) D2). }
      unfold minus, plus, opp, zero, mult, Lure.act; simpl. field. lra.
  - (* its bound *)
    intros s Hs'. set (y := x s). set (dx := fun i => y i - xs i).
      set (dg := fun i => act y i - act xs i).
    assert (F : forall i, (i < n)%nat -> force y i = drive dg i - rho i * dx i).
    { intros i Hi. unfold dg. rewrite drive_minus. pose proof (He i Hi) as E.
      unfold Lure.force in *. unfold dx. lra. }
    assert (P1 : sum n (fun i => dx i * force y i)
      <= - sum n (fun i => / 2 * rho i * (dx i * dx i))
      + drive_bound * sum n (fun i => dg i * dg i)).
    { apply Rle_trans with (- sum n (fun i => / 2 * rho i * (dx i * dx i))
      + sum n (fun i => / (2 * rho i) * (drive dg i * drive dg i))).
      - rewrite <- sum_opp, <- sum_plus. apply sum_le. intros i Hi. rewrite (F i Hi).
        pose proof (rho_pos i Hi).
        assert (0 <= / (2 * rho i) * ((drive dg i - rho i * dx i) * (drive dg i - rho i * dx i))).
        { apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; lra|apply Rle_0_sqr]. }
        match goal with |- ?l <= ?r => replace r
          with (l + / (2 * rho i) * ((drive dg i - rho i * dx i) * (drive dg i - rho i * dx i)))
          by (field; lra) end. lra.
      - apply Rplus_le_compat_l, drive_bounded. }
    assert (P2 : sum n (fun i => d i * (act y i - act xs i) * force y i)
      <= - (m * sum n (fun i => dg i * dg i))).
    { pose proof (key n rho b h d W g m rho_pos h_pos d_pos slopes definite xs y) as K.
      fold dg in K.
      assert (E : sum n (fun i => d i * (act y i - act xs i) * (force xs i - force y i))
        = - sum n (fun i => d i * (act y i - act xs i) * force y i)).
      { rewrite <- sum_opp. apply sum_ext. intros i Hi. rewrite (He i Hi). ring. }
      rewrite E in K. change (fun i : nat => (act y i - act xs i) * (act y i - act xs i))
        with (fun i => dg i * dg i) in K. lra. }
    assert (P3 : c * sum n (fun i => d i * (act y i - act xs i) * force y i)
      <= - (drive_bound * sum n (fun i => dg i * dg i))).
    { apply Rle_trans with (c * - (m * sum n (fun i => dg i * dg i))); [apply Rmult_le_compat_l;
      auto|]. right. unfold c. field. lra. }
    assert (P4 : lyapunov xs y <= kappa * sum n (fun i => / 2 * rho i * (dx i * dx i))).
    { unfold lyapunov. fold c. rewrite <- !sum_scal, <- sum_plus. apply sum_le. intros i Hi.
      pose proof (tau_pos i Hi) as PT. pose proof (rho_pos i Hi) as PR.
        pose proof (d_pos i Hi) as PD. pose proof (h_pos i Hi) as PH.
      pose proof (proj2 (tangent_bound (L i) (g i) (h i) (xs i) (y i) (primitive i Hi) (slopes i
        Hi))) as T. fold (dx i) in T. fold (dx i).
      apply Rle_trans with (/ 2 * tau i * (dx i * dx i)
        + c * (d i * tau i * (h i / 2 * (dx i * dx i)))).
      - apply Rplus_le_compat_l. apply Rmult_le_compat_l; auto. apply Rmult_le_compat_l; auto. nra.
      - pose proof (proj2 (kappa_term i Hi)) as KK. fold c in KK.
        assert (0 <= / 2 * rho i * (dx i * dx i)). { apply Rmult_le_pos; [lra|apply Rle_0_sqr]. }
        apply Rle_trans with (tau i / rho i * (1 + c * d i * h i) * (/ 2 * rho i * (dx i * dx i)));
          [right; field; lra|].
        apply Rmult_le_compat_r; auto. }
    assert (P5 : - sum n (fun i => / 2 * rho i * (dx i * dx i)) <= - / kappa * lyapunov xs y).
    { apply (Rmult_le_compat_l (/ kappa)) in P4; [|apply Rlt_le, Rinv_0_lt_compat; auto].
      rewrite <- Rmult_assoc, Rinv_l, Rmult_1_l in P4 by lra. lra. }
    change (fun i : nat => (y i - xs i) * force y i) with (fun i => dx i * force y i). lra.
Qed.
End Lure.
