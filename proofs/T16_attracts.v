(** T16: every solution converges to the equilibrium, exponentially and with a stated rate. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Gronwall Slopes Model Existence Lure.
Open Scope R_scope.

Section Lure.
(** n neurons in k layers; neuron i belongs to the layer [lay i]. *)
Variables n k : nat.
Variable lay : nat -> nat.
Variables tau rho h d : vec.
Variable b : vec.
Variable W : nat -> nat -> R.
Variable g : vec -> vec.
(** The sum of d_l tau_l L_l over the layers. *)
Variable P : vec -> R.
Variable m : R.
Notation drive := (drive n W).
Notation force := (force n lay rho b W g).
Notation equilibrium := (equilibrium n lay rho b W g).
Notation solution := (solution n lay tau rho b W g).

Hypothesis layers : forall i, (i < n)%nat -> (lay i < k)%nat.
Hypothesis tau_nonneg : forall l, (l < k)%nat -> 0 <= tau l.
Hypothesis rho_pos : forall l, (l < k)%nat -> 0 < rho l.
Hypothesis h_nonneg : forall l, (l < k)%nat -> 0 <= h l.
Hypothesis d_pos : forall l, (l < k)%nat -> 0 < d l.
Hypothesis m_pos : 0 < m.
Hypothesis g_cocoercive : cocoercive n k lay h g.
Hypothesis P_gradient : gradient n P (fun x i => d (lay i) * tau (lay i) * g x i).
Hypothesis form_definite : definite n lay rho h d W m.

(** C of docs/theory.md *)
Definition drive_bound : R := sum n (fun i => / (2 * rho (lay i)) * sum n (fun j => W i j * W i j)).

Lemma drive_bounded u : sum n (fun i => / (2 * rho (lay i)) * (drive u i * drive u i))
  <= drive_bound * sum n (fun i => u i * u i).
Proof.
  unfold drive_bound. rewrite <- sum_scal_r. apply sum_le. intros i Hi. rewrite Rmult_assoc.
  pose proof (rho_pos _ (layers i Hi)).
  apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat; lra|]. apply sum_cs.
Qed.

Lemma drive_bound_nonneg : 0 <= drive_bound.
Proof.
  apply sum_nonneg. intros i Hi. pose proof (rho_pos _ (layers i Hi)).
  apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; lra|].
  apply sum_nonneg; intros; apply Rle_0_sqr.
Qed.

(** The constant of the rate: solutions come near at least like exp(-t/kappa). *)
Definition kappa : R := top n (fun i =>
  tau (lay i) / rho (lay i) * (1 + drive_bound / m * d (lay i) * h (lay i))).

(** V of docs/theory.md, the function of Lur'e and Postnikov, and U, relative to the equilibrium xs *)
Definition lure_postnikov (xs x : vec) : R :=
  P x - P xs - sum n (fun i => d (lay i) * tau (lay i) * g xs i * (x i - xs i)).
Definition lyapunov (xs x : vec) : R :=
  sum n (fun i => / 2 * tau (lay i) * ((x i - xs i) * (x i - xs i)))
    + drive_bound / m * lure_postnikov xs x.

Lemma quotient_nonneg : 0 <= drive_bound / m.
Proof.
  apply Rmult_le_pos; [apply drive_bound_nonneg|apply Rlt_le, Rinv_0_lt_compat; auto].
Qed.

Lemma kappa_term i : (i < n)%nat ->
  tau (lay i) / rho (lay i) <= tau (lay i) / rho (lay i) * (1 + drive_bound / m * d (lay i) * h (lay i))
  /\ tau (lay i) / rho (lay i) * (1 + drive_bound / m * d (lay i) * h (lay i)) <= kappa.
Proof.
  intro Hi. split; [|exact (top_term n (fun i => tau (lay i) / rho (lay i) * (1
    + drive_bound / m * d (lay i) * h (lay i))) i Hi)].
  pose proof (layers i Hi) as Hl. pose proof (tau_nonneg _ Hl). pose proof (rho_pos _ Hl).
  pose proof (d_pos _ Hl). pose proof (h_nonneg _ Hl). pose proof quotient_nonneg.
  assert (0 <= drive_bound / m * d (lay i) * h (lay i))
    by (apply Rmult_le_pos; [apply Rmult_le_pos|]; lra).
  assert (0 <= tau (lay i) / rho (lay i)).
  { apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra]. }
  nra.
Qed.

(** 0 <= delta g . delta x <= h |delta x|^2 in each layer, and with one weight for each altogether. *)
Lemma product_bounds c x y : (forall l, (l < k)%nat -> 0 <= c l) ->
  0 <= sum n (fun i => c (lay i) * ((g y i - g x i) * (y i - x i)))
    <= sum n (fun i => c (lay i) * (h (lay i) * ((y i - x i) * (y i - x i)))).
Proof.
  intro Hc.
  assert (B : forall l, (l < k)%nat ->
    0 <= layer_sum n lay l (fun i => (g y i - g x i) * (y i - x i))
      <= h l * layer_sum n lay l (fun i => (y i - x i) * (y i - x i))).
  { intros l Hl. pose proof (g_cocoercive l x y Hl) as G.
    set (X := layer_sum n lay l (fun i => (g y i - g x i) * (y i - x i))) in *.
    set (A := layer_sum n lay l (fun i => (g y i - g x i) * (g y i - g x i))) in *.
    set (D := layer_sum n lay l (fun i => (y i - x i) * (y i - x i))).
    assert (HA : 0 <= A).
    { apply sum_nonneg. intros i Hi. destruct (Nat.eqb (lay i) l); [apply Rle_0_sqr|lra]. }
    assert (HD : 0 <= D).
    { apply sum_nonneg. intros i Hi. destruct (Nat.eqb (lay i) l); [apply Rle_0_sqr|lra]. }
    assert (S : 0 <= A - 2 * h l * X + h l * h l * D).
    { unfold A, X, D, layer_sum. rewrite <- !sum_scal, <- sum_minus, <- sum_plus.
      apply sum_nonneg. intros i Hi. destruct (Nat.eqb (lay i) l); [|lra].
      generalize (g y i - g x i), (y i - x i), (h l). intros p q r.
      pose proof (Rle_0_sqr (p - r * q)) as Z. unfold Rsqr in Z. nra. }
    destruct (h_nonneg l Hl) as [Hh|Hh].
    - split; [nra|]. apply (Rmult_le_reg_l (h l)); [lra|]. nra.
    - assert (E : X = 0); [|rewrite E, <- Hh; lra].
      unfold X, layer_sum. transitivity (sum n (fun _ => 0)); [|apply sum_zero].
      apply sum_ext. intros i Hi. destruct (Nat.eqb_spec (lay i) l) as [El|]; [|reflexivity].
      rewrite (g_constant n k lay h g layers g_cocoercive x y i Hi); [ring|]. now rewrite El. }
  split.
  - rewrite <- (sum_zero n). apply (layers_le n k lay layers). intros l Hl.
    rewrite (layer_scal n lay l c (fun i => (g y i - g x i) * (y i - x i))).
    replace (layer_sum n lay l (fun _ => 0)) with 0.
    + apply Rmult_le_pos; [now apply Hc|now apply B].
    + unfold layer_sum. symmetry. transitivity (sum n (fun _ => 0)); [|apply sum_zero].
      apply sum_ext. intros i _. now destruct (Nat.eqb (lay i) l).
  - apply (layers_le n k lay layers). intros l Hl.
    rewrite (layer_scal n lay l c (fun i => (g y i - g x i) * (y i - x i))).
    rewrite (layer_scal n lay l c (fun i => h (lay i) * ((y i - x i) * (y i - x i)))).
    rewrite (layer_scal n lay l h (fun i => (y i - x i) * (y i - x i))).
    apply Rmult_le_compat_l; [now apply Hc|now apply B].
Qed.

Lemma weights_nonneg l : (l < k)%nat -> 0 <= d l * tau l.
Proof. intro Hl. pose proof (d_pos l Hl). pose proof (tau_nonneg l Hl). apply Rmult_le_pos; lra. Qed.

(** 0 <= V <= 1/2 sum d tau h (delta x)^2 *)
Lemma lure_postnikov_bounds xs x : 0 <= lure_postnikov xs x
  <= / 2 * sum n (fun i => d (lay i) * tau (lay i) * (h (lay i) * ((x i - xs i) * (x i - xs i)))).
Proof.
  set (Q := sum n (fun i => d (lay i) * tau (lay i) * (h (lay i) * ((x i - xs i) * (x i - xs i))))).
  set (z := fun s => between s xs x).
  set (u := fun s => P (z s)
    - s * sum n (fun i => d (lay i) * tau (lay i) * g xs i * (x i - xs i)) - s * s * (Q / 4)).
  set (du := fun s => sum n (fun i => d (lay i) * tau (lay i) * ((g (z s) i - g xs i) * (x i - xs i)))
    - s * (Q / 2)).
  pose proof (slower u du (fun s => s * s * (Q / 4)) (fun s => s * (Q / 2)) 1 Rle_0_1) as A.
  assert (B : Rabs (u 1 - u 0) <= 1 * 1 * (Q / 4) - 0 * 0 * (Q / 4)).
  { apply A.
    - intros s Hs. unfold u.
      assert (D : is_derive (fun s => P (z s)) s
        (sum n (fun i => d (lay i) * tau (lay i) * g (z s) i * (x i - xs i)))).
      { apply (chain n P _ z s (fun i => x i - xs i) P_gradient). intros i Hi. unfold z, between.
        auto_derive; auto. ring. }
      set (c0 := sum n (fun i => d (lay i) * tau (lay i) * g xs i * (x i - xs i))).
      assert (D2 : is_derive (fun s => s * c0) s c0) by (auto_derive; auto; ring).
      assert (D3 : is_derive (fun s => s * s * (Q / 4)) s (2 * s * (Q / 4))) by (auto_derive; auto; ring).
      evar_last; [exact (is_derive_minus _ _ _ _ _ (is_derive_minus _ _ _ _ _ D D2) D3)|].
      unfold minus, plus, opp; simpl. unfold du.
      rewrite (sum_ext n (fun i => d (lay i) * tau (lay i) * ((g (z s) i - g xs i) * (x i - xs i)))
        (fun i => d (lay i) * tau (lay i) * g (z s) i * (x i - xs i)
          - d (lay i) * tau (lay i) * g xs i * (x i - xs i))) by (intros; ring).
      rewrite sum_minus. fold c0. field.
    - intros s _. auto_derive; auto. field.
    - intros s Hs. unfold du.
      set (T := sum n (fun i => d (lay i) * tau (lay i) * ((g (z s) i - g xs i) * (x i - xs i)))).
      destruct (product_bounds (fun l => d l * tau l) xs (z s) weights_nonneg) as (L1 & L2).
      cbv beta in L1, L2.
      assert (E1 : sum n (fun i => d (lay i) * tau (lay i) * ((g (z s) i - g xs i) * (z s i - xs i)))
        = s * T).
      { unfold T. rewrite <- sum_scal. apply sum_ext. intros. unfold z, between. ring. }
      assert (E2 : sum n (fun i => d (lay i) * tau (lay i)
        * (h (lay i) * ((z s i - xs i) * (z s i - xs i)))) = s * (s * Q)).
      { unfold Q. rewrite <- !sum_scal. apply sum_ext. intros. unfold z, between. ring. }
      rewrite E1 in L1, L2. rewrite E2 in L2.
      assert (K : 0 <= T <= s * Q).
      { destruct (proj1 Hs) as [Ps|Zs].
        - split; apply (Rmult_le_reg_l s); lra.
        - assert (T0 : T = 0); [|rewrite T0, <- Zs; lra].
          unfold T. transitivity (sum n (fun _ => 0)); [|apply sum_zero]. apply sum_ext. intros i Hi.
          rewrite (g_layers n k lay h g layers g_cocoercive (z s) xs i Hi); [ring|].
          intros j _ _. unfold z, between. rewrite <- Zs. ring. }
      apply Rabs_le. lra. }
  assert (U1 : u 1 - u 0 = lure_postnikov xs x - Q / 4).
  { unfold u, lure_postnikov. rewrite (gradient_agree n P _ (z 1) x P_gradient).
    - rewrite (gradient_agree n P _ (z 0) xs P_gradient); [ring|].
      intros i Hi. unfold z, between. ring.
    - intros i Hi. unfold z, between. ring. }
  rewrite U1 in B. apply Rabs_le_between in B. lra.
Qed.

(** U along a solution has a derivative, also where instantaneous neurons jump or bend. *)
Lemma lyapunov_derive xs (x : R -> vec) t : solution x -> 0 <= t ->
  is_derive (fun s => lyapunov xs (x s)) t (sum n (fun i => (x t i - xs i) * force (x t) i)
    + drive_bound / m * sum n (fun i => d (lay i) * (g (x t) i - g xs i) * force (x t) i)).
Proof.
  intros Hx Ht. set (c := drive_bound / m).
  (* instantaneous neurons are held at xs: U does not see them *)
  set (y := fun s i => if Rlt_dec 0 (tau (lay i)) then x s i else xs i).
  assert (E : forall s, lyapunov xs (y s) = lyapunov xs (x s)).
  { intro s. unfold lyapunov. f_equal.
    - apply sum_ext. intros i Hi. unfold y. destruct (Rlt_dec 0 (tau (lay i))) as [|N]; [reflexivity|].
      pose proof (tau_nonneg _ (layers i Hi)). replace (tau (lay i)) with 0 by lra. ring.
    - f_equal. pose proof (lure_postnikov_bounds (x s) (y s)) as B.
      assert (Z : forall i, (i < n)%nat -> tau (lay i) * (y s i - x s i) = 0).
      { intros i Hi. unfold y. destruct (Rlt_dec 0 (tau (lay i))) as [|N]; [ring|].
        pose proof (tau_nonneg _ (layers i Hi)). replace (tau (lay i)) with 0 by lra. ring. }
      rewrite (sum_ext n _ (fun _ => 0)), sum_zero in B.
      2: { intros i Hi. replace (d (lay i) * tau (lay i) * (h (lay i) * ((y s i - x s i) * (y s i - x s i))))
        with (d (lay i) * h (lay i) * (y s i - x s i) * (tau (lay i) * (y s i - x s i))) by ring.
        rewrite (Z i Hi). ring. }
      unfold lure_postnikov in *.
      rewrite (sum_ext n (fun i => d (lay i) * tau (lay i) * g (x s) i * (y s i - x s i)) (fun _ => 0)),
        sum_zero in B.
      2: { intros i Hi. replace (d (lay i) * tau (lay i) * g (x s) i * (y s i - x s i))
        with (d (lay i) * g (x s) i * (tau (lay i) * (y s i - x s i))) by ring. rewrite (Z i Hi). ring. }
      rewrite (sum_ext n (fun i => d (lay i) * tau (lay i) * g xs i * (y s i - xs i))
        (fun i => d (lay i) * tau (lay i) * g xs i * (x s i - xs i))); [lra|].
      intros i Hi. pose proof (Z i Hi) as Zi.
      replace (d (lay i) * tau (lay i) * g xs i * (y s i - xs i))
        with (d (lay i) * g xs i * (tau (lay i) * (y s i - x s i)) + d (lay i) * tau (lay i) * g xs i
          * (x s i - xs i)) by ring. rewrite Zi. ring. }
  apply (is_derive_ext (fun s => lyapunov xs (y s))); [exact E|].
  set (v := fun i => if Rlt_dec 0 (tau (lay i)) then force (x t) i / tau (lay i) else 0).
  assert (Dy : forall i, (i < n)%nat -> is_derive (fun s => y s i) t (v i)).
  { intros i Hi. unfold y, v. destruct (Rlt_dec 0 (tau (lay i))) as [Pt|_].
    - now apply (proj1 (Hx t Ht i Hi)).
    - apply (is_derive_const (xs i)). }
  (* tau v is the force, which is 0 for instantaneous neurons *)
  assert (F : forall i, (i < n)%nat -> tau (lay i) * v i = force (x t) i).
  { intros i Hi. unfold v. destruct (Rlt_dec 0 (tau (lay i))) as [Pt|N]; [field; lra|].
    pose proof (tau_nonneg _ (layers i Hi)).
    rewrite (proj2 (Hx t Ht i Hi)); [ring|lra]. }
  assert (Dd : forall i, (i < n)%nat -> is_derive (fun s => y s i - xs i) t (v i)).
  { intros i Hi. evar_last.
    - apply (is_derive_minus (fun s => y s i) (fun _ => xs i) t _ _ (Dy i Hi)
        (is_derive_const (xs i) t)).
    - unfold minus, plus, opp, zero; simpl. ring. }
  unfold lyapunov. fold c.
  apply (is_derive_plus (fun s => sum n (fun i => / 2 * tau (lay i) * ((y s i - xs i) * (y s i - xs i))))
    (fun s => c * lure_postnikov xs (y s))).
  - apply (is_derive_sum n (fun s i => / 2 * tau (lay i) * ((y s i - xs i) * (y s i - xs i)))).
    intros i Hi. evar_last.
    { apply (is_derive_scal (fun s => (y s i - xs i) * (y s i - xs i)) t (/ 2 * tau (lay i))).
      apply (is_derive_mult (fun s => y s i - xs i) (fun s => y s i - xs i) t _ _ (Dd i Hi) (Dd i Hi)).
      intros; apply Rmult_comm. }
    unfold plus, mult; simpl. unfold mult; simpl. rewrite <- (F i Hi). unfold y, v.
    destruct (Rlt_dec 0 (tau (lay i))); [field; lra|ring].
  - apply (is_derive_scal (fun s => lure_postnikov xs (y s)) t c).
    unfold lure_postnikov. evar_last.
    { apply (is_derive_minus (fun s => P (y s) - P xs)
        (fun s => sum n (fun i => d (lay i) * tau (lay i) * g xs i * (y s i - xs i)))).
      - apply (is_derive_minus (fun s => P (y s)) (fun _ => P xs)); [|apply (is_derive_const (P xs))].
        apply (chain n P _ y t v P_gradient Dy).
      - apply (is_derive_sum n (fun s i => d (lay i) * tau (lay i) * g xs i * (y s i - xs i)) t
          (fun i => d (lay i) * tau (lay i) * g xs i * v i)). intros i Hi.
        apply (is_derive_scal (fun s => y s i - xs i)). now apply Dd. }
    unfold minus, plus, opp, zero; simpl.
    rewrite <- (sum_ext n (fun i => d (lay i) * tau (lay i) * g (y t) i * v i
      - d (lay i) * tau (lay i) * g xs i * v i)
      (fun i => d (lay i) * (g (x t) i - g xs i) * force (x t) i)).
    + rewrite sum_minus. ring.
    + intros i Hi. rewrite <- (F i Hi).
      destruct (Rlt_dec 0 (tau (lay i))) as [Pt|N].
      * rewrite (g_layers n k lay h g layers g_cocoercive (y t) (x t) i Hi); [ring|].
        intros j _ El. unfold y. rewrite El. now destruct (Rlt_dec 0 (tau (lay i))).
      * pose proof (tau_nonneg _ (layers i Hi)). replace (tau (lay i)) with 0 by lra. ring.
Qed.

(** T16: every solution converges to the equilibrium, at the rate 1/kappa. *)
Theorem T16_attracts xs (x : R -> vec) : equilibrium xs -> solution x -> forall t, 0 <= t ->
  sum n (fun i => tau (lay i) * ((x t i - xs i) * (x t i - xs i)))
    <= 2 * lyapunov xs (x 0) * exp (- / kappa * t).
Proof.
  intros He Hx t Ht. pose proof quotient_nonneg as Hc. set (c := drive_bound / m) in *.
  assert (Low : forall y, sum n (fun i => tau (lay i) * ((y i - xs i) * (y i - xs i)))
    <= 2 * lyapunov xs y).
  { intro y. unfold lyapunov. fold c. pose proof (proj1 (lure_postnikov_bounds xs y)) as B.
    rewrite (sum_ext n (fun i => / 2 * tau (lay i) * ((y i - xs i) * (y i - xs i)))
      (fun i => / 2 * (tau (lay i) * ((y i - xs i) * (y i - xs i))))) by (intros; ring).
    rewrite sum_scal. assert (0 <= c * lure_postnikov xs y) by (apply Rmult_le_pos; auto). lra. }
  destruct (Rle_lt_dec kappa 0) as [K0|KP].
  { (* all neurons are instantaneous *)
    rewrite (sum_ext n _ (fun _ => 0)), sum_zero.
    - pose proof (Low (x 0)) as L0. pose proof (exp_pos (- / kappa * t)).
      assert (0 <= sum n (fun i => tau (lay i) * ((x 0 i - xs i) * (x 0 i - xs i)))).
      { apply sum_nonneg. intros i Hi. apply Rmult_le_pos; [auto|apply Rle_0_sqr]. }
      apply Rmult_le_pos; lra.
    - intros i Hi. destruct (kappa_term i Hi) as (K1 & K2). pose proof (layers i Hi) as Hl.
      pose proof (rho_pos _ Hl) as R1. pose proof (tau_nonneg _ Hl).
      assert (T0 : tau (lay i) = 0); [|rewrite T0; ring].
      assert (Q : tau (lay i) / rho (lay i) <= 0) by lra.
      apply (Rmult_le_compat_l (rho (lay i))) in Q; [|lra].
      replace (rho (lay i) * (tau (lay i) / rho (lay i))) with (tau (lay i)) in Q by (field; lra). lra. }
  apply Rle_trans with (1 := Low (x t)).
  cut (lyapunov xs (x t) <= lyapunov xs (x 0) * exp (- / kappa * t)). { intro. lra. }
  apply (gronwall (fun s => lyapunov xs (x s)) (fun s => sum n (fun i => (x s i - xs i) * force (x s) i)
    + c * sum n (fun i => d (lay i) * (g (x s) i - g xs i) * force (x s) i))); auto.
  { intros s Hs. now apply lyapunov_derive. }
  intros s Hs. set (y := x s). set (dx := fun i => y i - xs i). set (dg := fun i => g y i - g xs i).
  assert (F : forall i, (i < n)%nat -> force y i = drive dg i - rho (lay i) * dx i).
  { intros i Hi. unfold dg. rewrite drive_minus. pose proof (He i Hi) as E.
    unfold Lure.force in *. unfold dx. lra. }
  assert (P1 : sum n (fun i => dx i * force y i)
    <= - sum n (fun i => / 2 * rho (lay i) * (dx i * dx i)) + drive_bound * sum n (fun i => dg i * dg i)).
  { apply Rle_trans with (- sum n (fun i => / 2 * rho (lay i) * (dx i * dx i))
      + sum n (fun i => / (2 * rho (lay i)) * (drive dg i * drive dg i))).
    - rewrite <- sum_opp, <- sum_plus. apply sum_le. intros i Hi. rewrite (F i Hi).
      pose proof (rho_pos _ (layers i Hi)). set (r := rho (lay i)) in *.
      assert (0 <= / (2 * r) * ((drive dg i - r * dx i) * (drive dg i - r * dx i))).
      { apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; lra|apply Rle_0_sqr]. }
      match goal with |- ?l <= ?e => replace e
        with (l + / (2 * r) * ((drive dg i - r * dx i) * (drive dg i - r * dx i))) by (field; lra) end.
      lra.
    - apply Rplus_le_compat_l, drive_bounded. }
  assert (P2 : sum n (fun i => d (lay i) * (g y i - g xs i) * force y i)
    <= - (m * sum n (fun i => dg i * dg i))).
  { pose proof (key n k lay rho h d b W g m layers rho_pos h_nonneg d_pos g_cocoercive form_definite xs y)
      as K.
    rewrite (sum_ext n (fun i => d (lay i) * (g y i - g xs i) * (force xs i - force y i))
      (fun i => - (d (lay i) * (g y i - g xs i) * force y i))) in K
      by (intros i Hi; rewrite (He i Hi); ring).
    rewrite sum_opp in K. unfold dg. lra. }
  assert (P3 : c * sum n (fun i => d (lay i) * (g y i - g xs i) * force y i)
    <= - (drive_bound * sum n (fun i => dg i * dg i))).
  { apply Rle_trans with (c * - (m * sum n (fun i => dg i * dg i)));
      [now apply Rmult_le_compat_l|]. right. unfold c. field. lra. }
  assert (P4 : lyapunov xs y <= kappa * sum n (fun i => / 2 * rho (lay i) * (dx i * dx i))).
  { unfold lyapunov. fold c. pose proof (proj2 (lure_postnikov_bounds xs y)) as B.
    apply (Rmult_le_compat_l c) in B; [|exact Hc].
    apply Rle_trans with (1 := Rplus_le_compat_l _ _ _ B).
    rewrite <- !sum_scal, <- sum_plus. apply sum_le. intros i Hi. fold (dx i).
    pose proof (rho_pos _ (layers i Hi)) as PR. pose proof (proj2 (kappa_term i Hi)) as KK. fold c in KK.
    assert (0 <= / 2 * rho (lay i) * (dx i * dx i)) by (apply Rmult_le_pos; [lra|apply Rle_0_sqr]).
    apply Rle_trans with (tau (lay i) / rho (lay i) * (1 + c * d (lay i) * h (lay i))
      * (/ 2 * rho (lay i) * (dx i * dx i))); [right; field; lra|].
    now apply Rmult_le_compat_r. }
  assert (P5 : - sum n (fun i => / 2 * rho (lay i) * (dx i * dx i)) <= - / kappa * lyapunov xs y).
  { apply (Rmult_le_compat_l (/ kappa)) in P4; [|apply Rlt_le, Rinv_0_lt_compat; auto].
    rewrite <- Rmult_assoc, Rinv_l, Rmult_1_l in P4 by lra. lra. }
  change (fun i : nat => (y i - xs i) * force y i) with (fun i => dx i * force y i). lra.
Qed.
End Lure.
