(** T7, the stable half, for elementwise networks and weights of any kind: an equilibrium is exponentially
    stable if sym(D(diag(rho/h) - W)) is positive definite on the neurons with a slope h > 0 there. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Lure Cells Existence.
From Hopverify Require Import T16_attracts T16_instantaneous T16_lure T09_cells.
Open Scope R_scope.

Section Stable.
Variable n : nat.
Variables tau rho b d : vec.
Variable W : nat -> nat -> R.
Variable g : nat -> R -> R.
Variable xs : vec.
Notation each := (fun i : nat => i).
Notation force := (force n each rho b W (act g)).
Notation solution := (solution n each tau rho b W (act g)).
Notation norm2 := (norm2 n).

Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis d_pos : forall i, (i < n)%nat -> 0 < d i.
Hypothesis rests : equilibrium n each rho b W (act g) xs.

(** g is Lipschitz on bounded sets. *)
Hypothesis lipschitz : forall B, exists K, 0 <= K /\ forall i u v, (i < n)%nat ->
  Rabs u <= B -> Rabs v <= B -> Rabs (g i v - g i u) <= K * Rabs (v - u).

Lemma field_lipschitz : locally_lipschitz_field n (fun x i => force x i / tau i).
Proof.
  intro B. destruct (lipschitz B) as (K & HK & KK).
  set (w := sum n (fun i => sum n (fun j => Rabs (W i j)))).
  assert (Hw : 0 <= w) by (apply sum_nonneg; intros; apply sum_nonneg; intros; apply Rabs_pos).
  destruct (bounded_family n rho) as (R1 & HR & KR).
  destruct (bounded_family n (fun i => / tau i)) as (T & HT & KT).
  assert (HC : 0 <= w * K + R1) by (pose proof (Rmult_le_pos w K Hw HK); lra).
  exists ((w * K + R1) * T). split; [apply Rmult_le_pos; lra|].
  intros x y i Hi Bx By. pose proof (dist_nonneg n x y) as D.
  assert (E : force y i / tau i - force x i / tau i
    = (drive n W (fun j => act g y j - act g x j) i + - (rho i * (y i - x i))) * / tau i).
  { rewrite (drive_minus n W (act g x) (act g y) i). unfold Lure.force, Rdiv. ring. }
  rewrite E, Rabs_mult.
  replace ((w * K + R1) * T * dist n x y) with ((w * K + R1) * dist n x y * T) by ring.
  apply Rmult_le_compat; try apply Rabs_pos; [|now apply KT].
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rmult_plus_distr_r. apply Rplus_le_compat.
  - apply Rle_trans with (sum n (fun j => Rabs (W i j)) * (K * dist n x y)).
    + eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal_r. apply sum_le. intros j Hj.
      rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|].
      apply Rle_trans with (K * Rabs (y j - x j)); [apply KK; auto|].
      apply Rmult_le_compat_l; [exact HK|now apply dist_component].
    + rewrite Rmult_assoc. apply Rmult_le_compat_r; [now apply Rmult_le_pos|].
      apply (sum_term n (fun i => sum n (fun j => Rabs (W i j)))); auto.
      intros; apply sum_nonneg; intros; apply Rabs_pos.
  - rewrite Rabs_Ropp, Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; [now apply KR|].
    now apply dist_component.
Qed.

(** The distance from xs, weighted with the time constants. *)
Definition off_by (x : vec) : R := sum n (fun i => tau i * ((x i - xs i) * (x i - xs i))).

Lemma top_nonneg p f : 0 <= top p f.
Proof. induction p; simpl; [lra|]. apply Rle_trans with (1 := IHp), Rmax_l. Qed.

(** If g_i has slopes between 0 and h_i within delta of xs, and h satisfies the premise of T16: *)
Section Near.
Variable h : vec.
Variables m delta : R.
Hypothesis m_pos : 0 < m.
Hypothesis delta_pos : 0 < delta.
Hypothesis h_nonneg : forall i, (i < n)%nat -> 0 <= h i.
Hypothesis slopes_near : forall i u v, (i < n)%nat -> Rabs (u - xs i) <= delta -> Rabs (v - xs i) <= delta ->
  u <= v -> 0 <= g i v - g i u <= h i * (v - u).
Hypothesis form_definite : definite n each rho h d W m.

Let lo (i : nat) : Rbar := Finite (xs i - delta).
Let hi (i : nat) : Rbar := Finite (xs i + delta).

Lemma within i u : between_ends (lo i) (hi i) u <-> Rabs (u - xs i) <= delta.
Proof.
  unfold between_ends, lo, hi. simpl. split.
  - intros (A & B). apply Rabs_le. lra.
  - intro H. apply Rabs_le_between in H. lra.
Qed.

(** T7: solutions that start near xs stay near, and converge to it exponentially. *)
Theorem T7_near : exists eta A, 0 < eta /\ 0 <= A /\ forall x0, off_by x0 <= eta ->
  exists x, the_solution n (fun x i => force x i / tau i) x0 x /\ forall t, 0 <= t ->
    off_by (x t) <= A * off_by x0 * exp (- / kappa n each tau rho h d W m * t).
Proof.
  assert (Cxs : in_cell n lo hi xs).
  { intros i Hi. apply within. rewrite Rminus_eq_0, Rabs_R0. lra. }
  assert (Sl : forall i u v, (i < n)%nat -> between_ends (lo i) (hi i) u -> between_ends (lo i) (hi i) v ->
    u <= v -> 0 <= g i v - g i u <= h i * (v - u)).
  { intros i u v Hi Hu Hv. apply slopes_near; auto; now apply within. }
  pose proof (clamped_cocoercive n h g lo hi xs Cxs h_nonneg Sl) as Co.
  set (gc := act (clamped g lo hi)) in *.
  set (P := weighted_lagrangian n tau d (fun l x => clamped_primitive g lo hi l (x l))).
  assert (PG : gradient n P (fun x i => d i * tau i * gc x i)).
  { apply (weighted_gradient n n each tau d gc); auto. intros l Hl.
    apply (elementwise_gradient n h (clamped g lo hi) (clamped_primitive g lo hi)); auto.
    - intros i Hi. now apply clamped_slopes_at_most with n xs.
    - intros i Hi. now apply clamped_primitives with n h xs. }
  assert (tau_nonneg : forall i, (i < n)%nat -> 0 <= tau i) by (intros i Hi; now apply Rlt_le, tau_pos).
  assert (Es : equilibrium n each rho b W gc xs) by now apply (clamped_equilibrium n rho b W g lo hi xs).
  destruct (bounded_family n (fun i => d i * h i)) as (H & HH & KH).
  destruct (positive_bound n tau tau_pos) as (T & HT & KT).
  set (c := drive_bound n each rho W / m).
  assert (Hc : 0 <= c) by (apply (quotient_nonneg n n each rho W m); auto).
  set (A := 1 + c * H). assert (HA : 1 <= A) by (unfold A; pose proof (Rmult_le_pos c H Hc); lra).
  (* U is at most a multiple of the distance *)
  assert (UA : forall y, 2 * lyapunov n each tau rho d W gc P m xs y <= A * off_by y).
  { intro y. unfold lyapunov. fold c.
    pose proof (lure_postnikov_bounds n n each tau h d gc P (fun i Hi => Hi) tau_nonneg h_nonneg d_pos Co PG
      xs y) as (_ & B).
    assert (B1 : sum n (fun i => d i * tau i * (h i * ((y i - xs i) * (y i - xs i)))) <= H * off_by y).
    { unfold off_by. rewrite <- sum_scal. apply sum_le. intros i Hi. pose proof (KH i Hi) as Z.
      apply Rabs_le_between in Z. pose proof (tau_pos i Hi).
      replace (d i * tau i * (h i * ((y i - xs i) * (y i - xs i))))
        with (d i * h i * (tau i * ((y i - xs i) * (y i - xs i)))) by ring.
      apply Rmult_le_compat_r; [apply Rmult_le_pos; [lra|apply Rle_0_sqr]|lra]. }
    assert (B2 : sum n (fun i => / 2 * tau i * ((y i - xs i) * (y i - xs i))) = / 2 * off_by y).
    { unfold off_by. rewrite <- sum_scal. apply sum_ext. intros; ring. }
    rewrite B2. apply (Rmult_le_compat_l c) in B; [|exact Hc].
    apply (Rmult_le_compat_l c) in B1; [|exact Hc]. unfold A. lra. }
  exists (delta * delta * T / A), A. split; [|split; [lra|]].
  { apply Rdiv_lt_0_compat; [|lra]. apply Rmult_lt_0_compat; [nra|exact HT]. }
  intros x0 Hx0.
  destruct (T16_solution n n each tau rho h d b W gc m) with (x0 := x0) as (x & Hx & X0 & _); auto.
  assert (S0 : agree n (x 0) x0) by (intros i Hi; apply X0; auto).
  assert (O0 : off_by (x 0) = off_by x0).
  { apply sum_ext. intros i Hi. now rewrite (S0 i Hi). }
  set (k := kappa n each tau rho h d W m) in *.
  assert (Bd : forall t, 0 <= t -> off_by (x t) <= A * off_by x0 * exp (- / k * t)).
  { intros t Ht.
    pose proof (T16_attracts n n each tau rho h d b W gc P m (fun i Hi => Hi) tau_nonneg rho_pos h_nonneg d_pos
      m_pos Co PG form_definite xs x Es Hx t Ht) as B.
    apply Rle_trans with (1 := B). fold k. apply Rmult_le_compat_r; [apply Rlt_le, exp_pos|].
    rewrite <- O0. apply UA. }
  assert (Pos : forall y, 0 <= off_by y).
  { intro y. apply sum_nonneg. intros i Hi. apply Rmult_le_pos; [auto|apply Rle_0_sqr]. }
  assert (In : forall t, 0 <= t -> in_cell n lo hi (x t)).
  { intros t Ht i Hi. apply within. pose proof (Bd t Ht) as B.
    assert (Kp : 0 < k).
    { destruct (kappa_term n n each tau rho h d W m (fun i Hi => Hi) tau_nonneg rho_pos h_nonneg d_pos m_pos i Hi)
        as (Q1 & Q2). fold k in Q2.
      assert (0 < tau i / rho i) by (apply Rdiv_lt_0_compat; auto). lra. }
    assert (Ee : exp (- / k * t) <= 1).
    { rewrite <- exp_0. assert (0 <= / k * t) by (apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat|]; lra).
      destruct (Req_dec (- / k * t) 0) as [->|N]; [lra|]. apply Rlt_le, exp_increasing. lra. }
    assert (B2 : off_by (x t) <= delta * delta * T).
    { apply Rle_trans with (1 := B). apply Rle_trans with (A * off_by x0 * 1).
      - apply Rmult_le_compat_l; [apply Rmult_le_pos; [lra|apply Pos]|exact Ee].
      - apply (Rmult_le_compat_l A) in Hx0; [|lra].
        replace (A * (delta * delta * T / A)) with (delta * delta * T) in Hx0 by (field; lra). lra. }
    assert (B3 : tau i * ((x t i - xs i) * (x t i - xs i)) <= off_by (x t)).
    { apply (sum_term n (fun i => tau i * ((x t i - xs i) * (x t i - xs i)))); auto.
      intros j Hj. apply Rmult_le_pos; [auto|apply Rle_0_sqr]. }
    pose proof (KT i Hi). pose proof (Rle_0_sqr (x t i - xs i)) as Q. unfold Rsqr in Q.
    apply Rsqr_incr_0; [|apply Rabs_pos|lra]. rewrite <- Rsqr_abs. unfold Rsqr.
    apply (Rmult_le_reg_l T); [exact HT|]. nra. }
  assert (Hr : solution x) by now apply (clamped_solution n tau rho b W g lo hi xs).
  exists x. split; [|exact Bd]. split; [exact S0|].
  assert (Sx : solves n (fun x i => force x i / tau i) x).
  { intros t Ht i Hi. apply (proj1 (Hr t Ht i Hi)). now apply tau_pos. }
  split; [exact Sx|]. intros y Y0 Hy. apply (solution_unique n _ x y field_lipschitz Sx Hy).
  intros i Hi. now rewrite (S0 i Hi), (Y0 i Hi).
Qed.
End Near.

(** The slopes at xs: near xs those of g_i lie between 0 and h_i + e, for every e > 0, as they do where g_i
    is non-decreasing and continuously differentiable with the derivative h_i at xs. *)
Variable h : vec.
Hypothesis h_nonneg : forall i, (i < n)%nat -> 0 <= h i.
Hypothesis slopes_at : forall i e, (i < n)%nat -> 0 < e -> exists delta, 0 < delta /\
  forall u v, Rabs (u - xs i) <= delta -> Rabs (v - xs i) <= delta -> u <= v ->
    0 <= g i v - g i u <= (h i + e) * (v - u).
Variable m : R.
Hypothesis m_pos : 0 < m.
(** The premise on the neurons with h > 0. *)
Hypothesis form_definite : definite n each rho h d W m.

Definition pair_form (u v : vec) : R := sum n (fun i => u i * (d i * drive n W v i)).

Lemma pair_bound : exists G, 1 <= G /\ forall s u v, 0 < s ->
  pair_form u v <= s / 2 * norm2 u + G / (2 * s) * norm2 v.
Proof.
  exists (sum n (fun i => d i * d i * sum n (fun j => W i j * W i j)) + 1).
  assert (N : 0 <= sum n (fun i => d i * d i * sum n (fun j => W i j * W i j))).
  { apply sum_nonneg. intros i _. apply Rmult_le_pos; [apply Rle_0_sqr|].
    apply sum_nonneg; intros; apply Rle_0_sqr. }
  split; [lra|]. intros s u v Hs. set (G := sum n (fun i => d i * d i * sum n (fun j => W i j * W i j))) in *.
  assert (A : pair_form u v <= s / 2 * norm2 u + / (2 * s) * norm2 (fun i => d i * drive n W v i)).
  { unfold pair_form, Lure.norm2. rewrite <- !sum_scal, <- sum_plus. apply sum_le. intros i _.
    generalize (u i), (d i * drive n W v i). intros p q.
    assert (Z : s / 2 * (p * p) + / (2 * s) * (q * q) - p * q = / (2 * s) * ((s * p - q) * (s * p - q)))
      by (field; lra).
    assert (0 <= / (2 * s) * ((s * p - q) * (s * p - q))).
    { apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; lra|apply Rle_0_sqr]. }
    lra. }
  assert (B : norm2 (fun i => d i * drive n W v i) <= G * norm2 v).
  { unfold G. rewrite <- sum_scal_r. apply sum_le. intros i _.
    assert (C : drive n W v i * drive n W v i <= sum n (fun j => W i j * W i j) * norm2 v) by apply sum_cs.
    apply (Rmult_le_compat_l (d i * d i)) in C; [|apply Rle_0_sqr]. lra. }
  assert (0 <= norm2 v) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  apply Rle_trans with (1 := A). apply Rplus_le_compat_l.
  apply Rle_trans with (/ (2 * s) * (G * norm2 v)).
  - apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat; lra|exact B].
  - unfold Rdiv. assert (0 < / (2 * s)) by (apply Rinv_0_lt_compat; lra). nra.
Qed.

(** Slightly larger slopes satisfy the premise as well, and then on all neurons. *)
Lemma larger_slopes : exists e, 0 < e /\ definite n each rho (fun i => h i + e) d W (m / 2).
Proof.
  destruct pair_bound as (G & HG & KG).
  destruct (positive_bound n (fun i => d i * rho i)) as (p & Hp & Kp).
  { intros i Hi. apply Rmult_lt_0_compat; auto. }
  destruct (bounded_family n (fun i => d i * rho i / (h i * h i))) as (C & HC & KC).
  set (s := m / 4). assert (Hs : 0 < s) by (unfold s; lra).
  set (Z := G / s + / 2 + G / 2 + m). assert (HZ : 0 < Z).
  { unfold Z. assert (0 < G / s) by (apply Rdiv_lt_0_compat; lra). lra. }
  set (e := Rmin (m / 4 / C) (p / Z)).
  assert (He : 0 < e) by (apply Rmin_pos; apply Rdiv_lt_0_compat; lra).
  assert (He1 : e * C <= m / 4).
  { apply Rle_trans with (m / 4 / C * C); [apply Rmult_le_compat_r; [lra|apply Rmin_l]|right; field; lra]. }
  assert (He2 : Z <= p / e).
  { apply (Rmult_le_reg_r e); [exact He|]. replace (p / e * e) with p by (field; lra).
    apply Rle_trans with (Z * (p / Z)); [apply Rmult_le_compat_l; [lra|apply Rmin_r]|right; field; lra]. }
  exists e. split; [exact He|]. intros u _.
  set (al := fun i => if Rlt_dec 0 (h i) then u i else 0). set (de := fun i => if Rlt_dec 0 (h i) then 0 else u i).
  assert (Hu : forall i, u i = al i + de i).
  { intro i. unfold al, de. destruct (Rlt_dec 0 (h i)); ring. }
  assert (Na : 0 <= norm2 al) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  assert (Nd : 0 <= norm2 de) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  assert (Nu : sum n (fun i => u i * u i) = norm2 al + norm2 de).
  { unfold Lure.norm2. rewrite <- sum_plus. apply sum_ext. intros i _. unfold al, de.
    destruct (Rlt_dec 0 (h i)); ring. }
  assert (F : m * norm2 al <= form n each rho h d W al).
  { apply form_definite. intros i _ H0. unfold al. destruct (Rlt_dec 0 (h i)); [lra|reflexivity]. }
  assert (Dv : forall i, drive n W u i = drive n W al i + drive n W de i).
  { intro i. unfold drive. rewrite <- sum_plus. apply sum_ext. intros j _. rewrite (Hu j). ring. }
  (* the form of u in its parts *)
  assert (E : form n each rho (fun i => h i + e) d W u
    = sum n (fun i => d i * (rho i / (h i + e)) * (u i * u i))
      - (pair_form al al + pair_form al de + pair_form de al + pair_form de de)).
  { unfold form. f_equal. unfold pair_form. rewrite <- !sum_plus. apply sum_ext. intros i _.
    rewrite (Dv i), (Hu i). ring. }
  assert (Ea : form n each rho h d W al = sum n (fun i => d i * (rho i / h i) * (al i * al i)) - pair_form al al).
  { unfold form, pair_form. f_equal. apply sum_ext. intros; ring. }
  assert (Q : sum n (fun i => d i * (rho i / h i) * (al i * al i)) - e * C * norm2 al + p / e * norm2 de
    <= sum n (fun i => d i * (rho i / (h i + e)) * (u i * u i))).
  { unfold Lure.norm2. rewrite <- !sum_scal, <- sum_minus, <- sum_plus. apply sum_le. intros i Hi.
    unfold al, de. pose proof (d_pos i Hi). pose proof (rho_pos i Hi). pose proof (h_nonneg i Hi).
    pose proof (Rle_0_sqr (u i)) as Q2. unfold Rsqr in Q2.
    destruct (Rlt_dec 0 (h i)) as [Ph|Nh].
    - pose proof (KC i Hi) as Z1. apply Rabs_le_between in Z1.
      assert (Z2 : d i * (rho i / h i) - e * C <= d i * (rho i / (h i + e))).
      { assert (D : d i * (rho i / h i) - d i * (rho i / (h i + e)) = e * (d i * rho i / (h i * (h i + e))))
          by (field; lra).
        assert (d i * rho i / (h i * (h i + e)) <= d i * rho i / (h i * h i)).
        { unfold Rdiv. apply Rmult_le_compat_l; [apply Rlt_le, Rmult_lt_0_compat; auto|].
          apply Rinv_le_contravar; nra. }
        assert (e * (d i * rho i / (h i * (h i + e))) <= e * C) by (apply Rmult_le_compat_l; lra). lra. }
      apply (Rmult_le_compat_r (u i * u i)) in Z2; [|exact Q2]. lra.
    - assert (h i = 0) as -> by lra. rewrite Rplus_0_l.
      assert (p / e <= d i * (rho i / e)).
      { unfold Rdiv. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat; lra|].
        now apply Kp. }
      assert (p / e * (u i * u i) <= d i * (rho i / e) * (u i * u i)) by (apply Rmult_le_compat_r; auto). lra. }
  pose proof (KG s al de Hs) as P1. assert (Hgs : 0 < G / s) by (apply Rdiv_lt_0_compat; lra).
  pose proof (KG (G / s) de al Hgs) as P2.
  replace (G / (2 * (G / s))) with (s / 2) in P2 by (field; lra).
  pose proof (KG 1 de de Rlt_0_1) as P3.
  replace (G / (2 * s)) with (G / s / 2) in P1 by (field; lra).
  rewrite Nu, E. rewrite Ea in F.
  assert (Pz : Z * norm2 de <= p / e * norm2 de) by (apply Rmult_le_compat_r; auto).
  assert (Pe : e * C * norm2 al <= m / 4 * norm2 al) by (apply Rmult_le_compat_r; auto).
  unfold Z in Pz. unfold s in P1 at 1, P2 at 2.
  replace (G / (2 * 1)) with (G / 2) in P3 by field.
  set (y := G / s) in *. nra.
Qed.

(** T7, stable: xs is exponentially stable. *)
Theorem T7_stable : exists eta A kap, 0 < eta /\ 0 <= A /\ 0 < kap /\ forall x0, off_by x0 <= eta ->
  exists x, the_solution n (fun x i => force x i / tau i) x0 x /\ forall t, 0 <= t ->
    off_by (x t) <= A * off_by x0 * exp (- / kap * t).
Proof.
  destruct larger_slopes as (e & He & De).
  assert (exists delta, 0 < delta /\ forall i u v, (i < n)%nat -> Rabs (u - xs i) <= delta ->
    Rabs (v - xs i) <= delta -> u <= v -> 0 <= g i v - g i u <= (h i + e) * (v - u)) as (delta & Hd & Kd).
  { assert (G : forall p, (p <= n)%nat -> exists delta, 0 < delta /\ forall i u v, (i < p)%nat ->
      Rabs (u - xs i) <= delta -> Rabs (v - xs i) <= delta -> u <= v ->
      0 <= g i v - g i u <= (h i + e) * (v - u)).
    { induction p as [|p IH]; intro Hp; [exists 1; split; [lra|intros; lia]|].
      destruct (IH ltac:(lia)) as (d1 & H1 & K1). destruct (slopes_at p e ltac:(lia) He) as (d2 & H2 & K2).
      exists (Rmin d1 d2). split; [now apply Rmin_pos|]. intros i u v Hi Hu Hv Huv.
      pose proof (Rmin_l d1 d2). pose proof (Rmin_r d1 d2).
      destruct (Nat.eq_dec i p) as [->|]; [apply K2; lra|apply K1; try lra; lia]. }
    exact (G n (le_n n)). }
  destruct (T7_near (fun i => h i + e) (m / 2) delta) as (eta & A & H1 & H2 & H3); auto; try lra.
  - intros i Hi. pose proof (h_nonneg i Hi). lra.
  - set (k := kappa n each tau rho (fun i => h i + e) d W (m / 2)) in *.
    destruct (Rlt_dec 0 k) as [Pk|Nk]; [exists eta, A, k; auto|].
    (* only without neurons *)
    assert (None : forall i, (i < n)%nat -> False).
    { intros i Hi. destruct (kappa_term n n each tau rho (fun i => h i + e) d W (m / 2)) with (i := i)
        as (Q1 & Q2); auto; try (intros; apply Rlt_le; auto; fail); try lra.
      - intros l Hl. pose proof (h_nonneg l Hl). lra.
      - fold k in Q2. assert (0 < tau i / rho i) by (apply Rdiv_lt_0_compat; auto). lra. }
    exists eta, A, 1. split; [exact H1|]. split; [exact H2|]. split; [lra|]. intros x0 Hx0.
    destruct (H3 x0 Hx0) as (x & X & _). exists x. split; [exact X|]. intros t Ht.
    assert (O : forall y, off_by y = 0).
    { intro y. unfold off_by. transitivity (sum n (fun _ => 0)); [|apply sum_zero].
      apply sum_ext. intros i Hi. destruct (None i Hi). }
    rewrite !O. lra.
Qed.
End Stable.
