(** T12: a repair for symmetric weights of any sign. The fast states x follow rho x + c g(x) = P y + b with
    P = W + diag(c), the slow ones are tau y' = g(x) - y. Layers as in Lure.v: each is the gradient of a
    convex function, with one rho and one c. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Existence Lure Banach T16_attracts T16_instantaneous.
Open Scope R_scope.

Section Repair.
(** n neurons in k layers; neuron i belongs to the layer [lay i]. *)
Variables n k : nat.
Variable lay : nat -> nat.
Variables rho h c : vec.
Variables tau b : vec.
Variable W : nat -> nat -> R.
Variable g : vec -> vec.
(** The sum of rho_l L_l over the layers. *)
Variable Lw : vec -> R.

Hypothesis layers : forall i, (i < n)%nat -> (lay i < k)%nat.
Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall l, (l < k)%nat -> 0 < rho l.
Hypothesis h_nonneg : forall l, (l < k)%nat -> 0 <= h l.
Hypothesis c_nonneg : forall l, (l < k)%nat -> 0 <= c l.
Hypothesis symmetric : forall i j, (i < n)%nat -> (j < n)%nat -> W i j = W j i.
(** g is the gradient of a convex function, and Lipschitz. *)
Hypothesis g_cocoercive : cocoercive n k lay h g.
Hypothesis Lw_gradient : gradient n Lw (fun x i => 1 * rho (lay i) * g x i).

(** ** The fast states *)

Definition F (x : vec) : vec := fun i => rho (lay i) * x i + c (lay i) * g x i.

Lemma F_monotone : exists p, 0 < p /\ forall x y,
  p * norm2 n (fun i => y i - x i) <= sum n (fun i => (F y i - F x i) * (y i - x i)).
Proof.
  destruct (positive_bound n (fun i => rho (lay i))) as (p & Hp & Kp); [auto|].
  exists p. split; [exact Hp|]. intros x y.
  pose proof (proj1 (product_bounds n k lay h g layers h_nonneg g_cocoercive c x y c_nonneg)) as M.
  apply Rle_trans with (sum n (fun i => rho (lay i) * ((y i - x i) * (y i - x i)))
    + sum n (fun i => c (lay i) * ((g y i - g x i) * (y i - x i)))).
  - apply Rle_trans with (sum n (fun i => rho (lay i) * ((y i - x i) * (y i - x i)))); [|lra].
    unfold norm2. rewrite <- sum_scal. apply sum_le. intros i Hi.
    apply Rmult_le_compat_r; [apply Rle_0_sqr|auto].
  - rewrite <- sum_plus. right. apply sum_ext. intros. unfold F. ring.
Qed.

Lemma g_below : exists H, 0 <= H /\ forall x y,
  norm2 n (fun i => g y i - g x i) <= H * norm2 n (fun i => y i - x i).
Proof.
  destruct (bounded_family n (fun i => h (lay i))) as (H & HH & KH).
  exists (H * H). split; [apply Rle_0_sqr|]. intros x y.
  pose proof (steepest n k lay h g layers g_cocoercive (fun _ => 1) x y (fun _ _ => Rle_0_1)) as S.
  cbv beta in S. rewrite !sum_scal, !Rmult_1_l in S. apply Rle_trans with (1 := S).
  unfold norm2. rewrite <- sum_scal. apply sum_le. intros i Hi.
  pose proof (KH i Hi) as A. apply Rabs_le_between in A. pose proof (h_nonneg _ (layers i Hi)).
  apply Rmult_le_compat_r; [apply Rle_0_sqr|nra].
Qed.

Lemma F_below : exists M, 0 <= M /\ forall x y,
  norm2 n (fun i => F y i - F x i) <= M * norm2 n (fun i => y i - x i).
Proof.
  destruct g_below as (H & HH & KH).
  destruct (bounded_family n (fun i => rho (lay i))) as (R1 & HR & KR).
  destruct (bounded_family n (fun i => c (lay i))) as (C & HC & KC).
  exists (2 * (R1 * R1) + 2 * (C * C) * H).
  split; [pose proof (Rle_0_sqr R1); pose proof (Rle_0_sqr C); unfold Rsqr in *; nra|]. intros x y.
  apply Rle_trans with (2 * (R1 * R1) * norm2 n (fun i => y i - x i)
    + 2 * (C * C) * norm2 n (fun i => g y i - g x i)).
  - unfold norm2. rewrite <- !sum_scal, <- sum_plus. apply sum_le. intros i Hi. unfold F.
    pose proof (KR i Hi) as A. pose proof (KC i Hi) as B.
    apply Rabs_le_between in A. apply Rabs_le_between in B.
    replace (rho (lay i) * y i + c (lay i) * g y i - (rho (lay i) * x i + c (lay i) * g x i))
      with (rho (lay i) * (y i - x i) + c (lay i) * (g y i - g x i)) by ring.
    generalize dependent (rho (lay i)). generalize dependent (c (lay i)).
    generalize (y i - x i), (g y i - g x i). intros u v q Hq p Hp.
    pose proof (Rle_0_sqr (p * u - q * v)) as S1. unfold Rsqr in S1.
    assert (p * p * (u * u) <= R1 * R1 * (u * u)) by (apply Rmult_le_compat_r; [apply Rle_0_sqr|nra]).
    assert (q * q * (v * v) <= C * C * (v * v)) by (apply Rmult_le_compat_r; [apply Rle_0_sqr|nra]).
    nra.
  - rewrite Rmult_plus_distr_r. apply Rplus_le_compat_l. rewrite (Rmult_assoc (2 * (C * C)) H).
    apply Rmult_le_compat_l; [pose proof (Rle_0_sqr C); unfold Rsqr in *; lra|apply KH].
Qed.

(** x(u) with rho x + c g(x) = u exists, ... *)
Lemma state_exists : exists f : vec -> vec, forall u, agree n (F (f u)) u.
Proof.
  destruct F_monotone as (p & Hp & Mp). destruct F_below as (M & HM & Lm).
  exists (fun u => proj1_sig (monotone_onto n F p M Hp HM Mp Lm u)). intro u.
  exact (proj2_sig (monotone_onto n F p M Hp HM Mp Lm u)).
Qed.

Variable state : vec -> vec.
Hypothesis state_solves : forall u, agree n (F (state u)) u.

(** ... is a Lipschitz function of u, ... *)
Lemma state_lipschitz : exists M, 0 <= M /\ forall u v,
  norm2 n (fun i => state v i - state u i) <= M * norm2 n (fun i => v i - u i).
Proof.
  destruct F_monotone as (p & Hp & Mp). exists (/ (p * p)).
  assert (Pp : 0 < p * p) by nra. split; [apply Rlt_le, Rinv_0_lt_compat; exact Pp|]. intros u v.
  specialize (Mp (state u) (state v)). set (D := norm2 n (fun i => state v i - state u i)) in *.
  rewrite (sum_ext n _ (fun i => (v i - u i) * (state v i - state u i))) in Mp.
  2: { intros i Hi. now rewrite (state_solves u i Hi), (state_solves v i Hi). }
  pose proof (sum_cs n (fun i => v i - u i) (fun i => state v i - state u i)) as CS. cbv beta in CS.
  set (T := sum n (fun i => (v i - u i) * (state v i - state u i))) in *.
  change (T * T <= norm2 n (fun i => v i - u i) * D) in CS.
  assert (HD : 0 <= D) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  set (N := norm2 n (fun i => v i - u i)) in *.
  assert (HN : 0 <= N) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  apply (Rmult_le_reg_l (p * p)); [exact Pp|].
  replace (p * p * (/ (p * p) * N)) with N by (field; lra).
  destruct HD as [PD|ZD]; [|rewrite <- ZD; lra].
  apply (Rmult_le_reg_r D); [exact PD|]. apply Rle_trans with (2 := CS).
  assert (0 <= p * D) by nra. replace (p * p * D * D) with ((p * D) * (p * D)) by ring.
  now apply Rmult_le_compat.
Qed.

(** ... and unique. *)
Lemma state_unique x u : agree n (F x) u -> agree n (state u) x.
Proof.
  intros E i Hi. destruct F_monotone as (p & Hp & Mp). specialize (Mp x (state u)).
  rewrite (sum_ext n _ (fun _ => 0)), sum_zero in Mp.
  - assert (S0 : sum n (fun i => (state u i - x i) * (state u i - x i)) <= 0).
    { change (norm2 n (fun i => state u i - x i) <= 0). apply (Rmult_le_reg_l p); lra. }
    pose proof (sum_zero_all n _ (fun j _ => Rle_0_sqr (state u j - x j)) S0 i Hi) as Z.
    unfold Rsqr in Z. cbv beta in Z. apply Rmult_integral in Z. lra.
  - intros j Hj. rewrite (state_solves u j Hj), (E j Hj). ring.
Qed.

(** ** The altered system *)

Definition P (i j : nat) : R := W i j + (if Nat.eqb i j then c (lay i) else 0).
Definition reach (y : vec) : vec := fun i => sum n (fun j => P i j * y j) + b i.
Definition gamma (y : vec) : vec := g (state (reach y)).
Definition slow_force (y : vec) : vec := fun i => gamma y i - y i.

Lemma P_symmetric i j : (i < n)%nat -> (j < n)%nat -> P i j = P j i.
Proof.
  intros Hi Hj. unfold P. rewrite (symmetric i j) by auto. rewrite Nat.eqb_sym.
  destruct (Nat.eqb_spec j i) as [->|]; reflexivity.
Qed.

Lemma P_times u i : (i < n)%nat -> sum n (fun j => P i j * u j) = drive n W u i + c (lay i) * u i.
Proof.
  intro Hi. unfold P, drive.
  rewrite (sum_ext n _ (fun j => W i j * u j + (if Nat.eqb j i then c (lay i) * u j else 0))).
  - rewrite sum_plus. f_equal. exact (single n i (fun j => c (lay i) * u j) Hi).
  - intros j _. rewrite (Nat.eqb_sym i j). destruct (Nat.eqb j i); ring.
Qed.

Lemma gamma_agree x y : agree n x y -> agree n (g x) (g y).
Proof. intros A i Hi. apply (g_layers n k lay h g layers g_cocoercive); auto. Qed.

(** T12: at rest, x is an equilibrium of rho x = W g(x) + b, and y = g(x). *)
Theorem T12_to_network y : (forall i, (i < n)%nat -> slow_force y i = 0) ->
  let x := state (reach y) in
  agree n y (g x) /\ forall i, (i < n)%nat -> rho (lay i) * x i = drive n W (g x) i + b i.
Proof.
  intros H x. assert (A : agree n y (g x)).
  { intros i Hi. specialize (H i Hi). unfold slow_force, gamma in H. fold x in H. lra. }
  split; [exact A|]. intros i Hi. pose proof (state_solves (reach y) i Hi) as E. fold x in E.
  unfold F, reach in E. rewrite (P_times y i Hi), (drive_ext n W y (g x) i A), (A i Hi) in E. lra.
Qed.

(** T12: an equilibrium x of the network gives y = g(x), which rests, with the same x. *)
Theorem T12_from_network x : (forall i, (i < n)%nat -> rho (lay i) * x i = drive n W (g x) i + b i) ->
  agree n (state (reach (g x))) x /\ forall i, (i < n)%nat -> slow_force (g x) i = 0.
Proof.
  intros E. assert (A : agree n (state (reach (g x))) x).
  { apply state_unique. intros i Hi. unfold F, reach. rewrite (P_times (g x) i Hi), (E i Hi). ring. }
  split; [exact A|]. intros i Hi. unfold slow_force, gamma. rewrite (gamma_agree _ _ A i Hi). ring.
Qed.

(** e(u) = sum rho L(x) + 1/2 sum c gamma^2, and V(y) = 1/2 y^T P y - e(P y + b) *)
Definition e (u : vec) : R :=
  Lw (state u) + / 2 * sum n (fun i => c (lay i) * (g (state u) i * g (state u) i)).
Definition V (y : vec) : R :=
  / 2 * sum n (fun i => sum n (fun j => P i j * (y i * y j))) - e (reach y).

(** e lies above its tangents, by no more than a multiple of the square. *)
Lemma e_tangent : exists C, 0 <= C /\ forall u v,
  0 <= e v - e u - sum n (fun i => g (state u) i * (v i - u i)) <= C * norm2 n (fun i => v i - u i).
Proof.
  destruct state_lipschitz as (M & HM & KM). destruct g_below as (H & HH & KH).
  destruct (bounded_family n (fun i => rho (lay i) * h (lay i))) as (Q & HQ & KQ).
  destruct (bounded_family n (fun i => c (lay i))) as (Cm & HC & KC).
  exists ((/ 2 * Q + / 2 * Cm * H) * M).
  split; [apply Rmult_le_pos; [|exact HM]; assert (0 <= Cm * H) by (apply Rmult_le_pos; lra); lra|].
  intros u v. set (x := state u). set (y := state v).
  pose proof (lure_postnikov_bounds n k lay rho h (fun _ => 1) g Lw layers
    (fun l Hl => Rlt_le _ _ (rho_pos l Hl)) h_nonneg (fun _ _ => Rlt_0_1) g_cocoercive Lw_gradient x y) as B.
  unfold lure_postnikov in B.
  assert (E : e v - e u - sum n (fun i => g x i * (v i - u i))
    = (Lw y - Lw x - sum n (fun i => 1 * rho (lay i) * g x i * (y i - x i)))
      + / 2 * sum n (fun i => c (lay i) * ((g y i - g x i) * (g y i - g x i)))).
  { unfold e. fold x. fold y.
    rewrite (sum_ext n (fun i => g x i * (v i - u i)) (fun i => 1 * rho (lay i) * g x i * (y i - x i)
      + / 2 * (c (lay i) * (g y i * g y i)) - / 2 * (c (lay i) * (g x i * g x i))
      - / 2 * (c (lay i) * ((g y i - g x i) * (g y i - g x i))))).
    - rewrite !sum_minus, sum_plus, !sum_scal. ring.
    - intros i Hi. rewrite <- (state_solves u i Hi), <- (state_solves v i Hi). fold x. fold y.
      unfold F. field. }
  rewrite E.
  assert (G0 : 0 <= sum n (fun i => c (lay i) * ((g y i - g x i) * (g y i - g x i)))).
  { apply sum_nonneg. intros i Hi. apply Rmult_le_pos; [auto|apply Rle_0_sqr]. }
  split; [lra|].
  assert (B1 : sum n (fun i => 1 * rho (lay i) * (h (lay i) * ((y i - x i) * (y i - x i))))
    <= Q * norm2 n (fun i => y i - x i)).
  { unfold norm2. rewrite <- sum_scal. apply sum_le. intros i Hi.
    pose proof (KQ i Hi) as A. apply Rabs_le_between in A.
    replace (1 * rho (lay i) * (h (lay i) * ((y i - x i) * (y i - x i))))
      with (rho (lay i) * h (lay i) * ((y i - x i) * (y i - x i))) by ring.
    apply Rmult_le_compat_r; [apply Rle_0_sqr|lra]. }
  assert (B2 : sum n (fun i => c (lay i) * ((g y i - g x i) * (g y i - g x i)))
    <= Cm * (H * norm2 n (fun i => y i - x i))).
  { apply Rle_trans with (Cm * norm2 n (fun i => g y i - g x i)).
    - unfold norm2. rewrite <- sum_scal. apply sum_le. intros i Hi.
      pose proof (KC i Hi) as A. apply Rabs_le_between in A.
      apply Rmult_le_compat_r; [apply Rle_0_sqr|lra].
    - apply Rmult_le_compat_l; [lra|apply KH]. }
  apply Rle_trans with ((/ 2 * Q + / 2 * Cm * H) * norm2 n (fun i => y i - x i)); [lra|].
  rewrite (Rmult_assoc _ M). apply Rmult_le_compat_l; [|apply KM].
  assert (0 <= Cm * H) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma reach_minus x y i : reach y i - reach x i = sum n (fun j => P i j * (y j - x j)).
Proof.
  unfold reach. rewrite (sum_ext n (fun j => P i j * (y j - x j)) (fun j => P i j * y j - P i j * x j))
    by (intros; ring). rewrite sum_minus. ring.
Qed.

(** T12, the gradient: V has the gradient - P T y' = P (y - gamma). *)
Theorem T12_gradient : gradient n V (fun y i => - sum n (fun j => P i j * slow_force y j)).
Proof.
  destruct e_tangent as (C & HC & KC).
  set (w := sum n (fun i => sum n (fun j => Rabs (P i j)))).
  assert (Hw : 0 <= w) by (apply sum_nonneg; intros; apply sum_nonneg; intros; apply Rabs_pos).
  assert (rows : forall i u, (i < n)%nat -> Rabs (sum n (fun j => P i j * u j)) <= w * sum n (fun j => Rabs (u j))).
  { intros i u Hi. apply Rle_trans with (sum n (fun j => Rabs (P i j)) * sum n (fun j => Rabs (u j))).
    - eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal_r. apply sum_le. intros j Hj.
      rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|].
      apply (sum_term n (fun j => Rabs (u j))); auto. intros; apply Rabs_pos.
    - apply Rmult_le_compat_r; [apply sum_nonneg; intros; apply Rabs_pos|].
      apply (sum_term n (fun i => sum n (fun j => Rabs (P i j)))); auto.
      intros; apply sum_nonneg; intros; apply Rabs_pos. }
  set (K := w + C * (w * w * INR n)).
  assert (HK : 0 <= K).
  { unfold K. pose proof (pos_INR n). pose proof (Rle_0_sqr w) as S. unfold Rsqr in S.
    assert (0 <= C * (w * w * INR n)) by (repeat apply Rmult_le_pos; auto). lra. }
  intros x eps He. exists (eps / (K + 1)). split; [apply Rdiv_lt_0_compat; lra|]. intros y Hy.
  set (dl := fun i => y i - x i). pose proof (dist_nonneg n x y) as D.
  set (a := e (reach y) - e (reach x) - sum n (fun i => gamma x i * (reach y i - reach x i))).
  set (q := sum n (fun i => sum n (fun j => P i j * (dl i * dl j)))).
  assert (E : V y - V x - sum n (fun i => - sum n (fun j => P i j * slow_force x j) * (y i - x i))
    = / 2 * q - a).
  { unfold V, a, q.
    assert (X : forall u v, sum n (fun i => sum n (fun j => P i j * (u i * v j)))
      = sum n (fun i => sum n (fun j => P i j * (v i * u j)))).
    { intros u v. rewrite sum_exchange. apply sum_ext. intros i Hi. apply sum_ext. intros j Hj.
      rewrite (P_symmetric j i) by auto. ring. }
    assert (Yq : sum n (fun i => sum n (fun j => P i j * (y i * y j)))
      = sum n (fun i => sum n (fun j => P i j * (x i * x j)))
      + 2 * sum n (fun i => sum n (fun j => P i j * (dl i * x j)))
      + sum n (fun i => sum n (fun j => P i j * (dl i * dl j)))).
    { replace (2 * sum n (fun i => sum n (fun j => P i j * (dl i * x j))))
        with (sum n (fun i => sum n (fun j => P i j * (dl i * x j)))
          + sum n (fun i => sum n (fun j => P i j * (x i * dl j)))) by (rewrite (X x dl); ring).
      rewrite <- !sum_plus. apply sum_ext. intros i _. rewrite <- !sum_plus. apply sum_ext. intros j _.
      unfold dl. ring. }
    assert (G : sum n (fun i => gamma x i * (reach y i - reach x i))
      = sum n (fun i => sum n (fun j => P i j * (dl i * gamma x j)))).
    { rewrite X. apply sum_ext. intros i _. rewrite (reach_minus x y i), <- sum_scal.
      apply sum_ext. intros; unfold dl; ring. }
    assert (L1 : sum n (fun i => - sum n (fun j => P i j * slow_force x j) * (y i - x i))
      = sum n (fun i => sum n (fun j => P i j * (dl i * x j)))
      - sum n (fun i => sum n (fun j => P i j * (dl i * gamma x j)))).
    { rewrite <- sum_minus. apply sum_ext. intros i _.
      rewrite <- sum_opp, <- sum_scal_r, <- sum_minus. apply sum_ext. intros j _.
      unfold slow_force, dl. ring. }
    rewrite Yq, G, L1. field. }
  rewrite E.
  assert (Bq : Rabs q <= w * (dist n x y * dist n x y)).
  { apply Rle_trans with (sum n (fun i => Rabs (dl i) * (w * dist n x y))).
    - eapply Rle_trans; [apply sum_abs|]. apply sum_le. intros i Hi.
      rewrite (sum_ext n _ (fun j => dl i * (P i j * dl j))) by (intros; ring).
      rewrite sum_scal, Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|]. now apply rows.
    - rewrite sum_scal_r. unfold dist, dl. lra. }
  assert (Ba : Rabs a <= C * (w * w * INR n) * (dist n x y * dist n x y)).
  { destruct (KC (reach x) (reach y)) as (A1 & A2). fold (gamma x) in A1, A2. fold a in A1, A2.
    rewrite Rabs_pos_eq by exact A1. apply Rle_trans with (1 := A2). rewrite !Rmult_assoc.
    apply Rmult_le_compat_l; [exact HC|].
    apply Rle_trans with (sum n (fun _ => w * dist n x y * (w * dist n x y))).
    - apply sum_le. intros i Hi. rewrite (reach_minus x y i). pose proof (rows i dl Hi) as R1.
      replace (sum n (fun j => P i j * (y j - x j)) * sum n (fun j => P i j * (y j - x j)))
        with (Rabs (sum n (fun j => P i j * dl j)) * Rabs (sum n (fun j => P i j * dl j)))
        by (rewrite <- Rabs_mult; apply Rabs_pos_eq, Rle_0_sqr).
      apply Rmult_le_compat; auto; apply Rabs_pos.
    - right. set (z := w * dist n x y * (w * dist n x y)). transitivity (INR n * z); [|unfold z; ring].
      clearbody z. clear. induction n as [|p IH]; [simpl; ring|]. rewrite S_INR. simpl sum. rewrite IH. ring. }
  apply Rle_trans with (K * (dist n x y * dist n x y)).
  - unfold Rminus. eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp, Rabs_mult.
    rewrite (Rabs_pos_eq (/ 2)) by lra. unfold K. pose proof (Rabs_pos q). lra.
  - rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [exact D|].
    apply (Rmult_le_compat_l (K + 1)) in Hy; [|lra].
    replace ((K + 1) * (eps / (K + 1))) with eps in Hy by (field; lra). lra.
Qed.

(** T12, the rate: dV/dt = - y'^T P T y' along every solution, ... *)
Definition slow_field (y : vec) : vec := fun i => slow_force y i / tau i.

Theorem T12_rate y t : solves n slow_field y -> 0 <= t ->
  let v := slow_field (y t) in
  is_derive (fun s => V (y s)) t (- sum n (fun i => sum n (fun j => v i * (P i j * tau j) * v j))).
Proof.
  intros Hy Ht v. evar_last; [apply (chain n V _ y t v T12_gradient (Hy t Ht))|]. cbv beta.
  rewrite <- sum_opp. apply sum_ext. intros i Hi.
  rewrite Ropp_mult_distr_l_reverse. f_equal. rewrite <- sum_scal_r. apply sum_ext. intros j Hj.
  unfold v, slow_field. pose proof (tau_pos j Hj). pose proof (tau_pos i Hi). field. lra.
Qed.

(** ... which is negative wherever the flow moves, if sym(TP) is positive definite, ... *)
Theorem T12_falls y t m : 0 < m ->
  (forall v, m * norm2 n v <= sum n (fun i => sum n (fun j => v i * (P i j * tau j) * v j))) ->
  solves n slow_field y -> 0 <= t -> exists rate, is_derive (fun s => V (y s)) t rate /\
    rate <= - (m * norm2 n (slow_field (y t))).
Proof.
  intros Hm H Hy Ht. eexists. split; [now apply T12_rate|]. cbv zeta.
  pose proof (H (slow_field (y t))). lra.
Qed.

(** ... and V is critical at the equilibria only, if P is positive definite. *)
Theorem T12_critical y m : 0 < m ->
  (forall v, m * norm2 n v <= sum n (fun i => sum n (fun j => P i j * (v i * v j)))) ->
  (forall i, (i < n)%nat -> - sum n (fun j => P i j * slow_force y j) = 0) ->
  forall i, (i < n)%nat -> slow_force y i = 0.
Proof.
  intros Hm H Z i Hi. pose proof (H (slow_force y)) as A.
  rewrite (sum_ext n _ (fun _ => 0)), sum_zero in A.
  - assert (S0 : sum n (fun i => slow_force y i * slow_force y i) <= 0).
    { change (norm2 n (slow_force y) <= 0). apply (Rmult_le_reg_l m); lra. }
    pose proof (sum_zero_all n _ (fun j _ => Rle_0_sqr (slow_force y j)) S0 i Hi) as E.
    unfold Rsqr in E. apply Rmult_integral in E. lra.
  - intros j Hj. rewrite (sum_ext n _ (fun p => slow_force y j * (P j p * slow_force y p))) by (intros; ring).
    rewrite sum_scal. pose proof (Z j Hj) as E. nra.
Qed.

(** T12: from every state there is exactly one solution. *)
Theorem T12_solution y0 : exists y, the_solution n slow_field y0 y.
Proof.
  destruct state_lipschitz as (M & HM & KM). destruct g_below as (H & HH & KH).
  destruct (bounded_family n (fun i => / tau i)) as (T & HT & KT).
  set (w := sum n (fun i => sum n (fun j => P i j * P i j))).
  assert (Hw : 0 <= w) by (apply sum_nonneg; intros; apply sum_nonneg; intros; apply Rle_0_sqr).
  set (G := H * (M * w)). assert (HG : 0 <= G) by (unfold G; repeat apply Rmult_le_pos; auto).
  apply picard_lindeloef with ((sqrt G + 1) * T).
  { pose proof (sqrt_pos G). apply Rmult_le_pos; lra. }
  intros x y i Hi. pose proof (sqrt_pos G).
  assert (A : Rabs (gamma y i - gamma x i) <= sqrt G * dist n x y).
  { apply (coordinate n G (fun i => gamma y i - gamma x i)); auto. unfold gamma.
    apply Rle_trans with (1 := KH _ _). unfold G. rewrite Rmult_assoc.
    apply Rmult_le_compat_l; [exact HH|]. apply Rle_trans with (1 := KM _ _). rewrite Rmult_assoc.
    apply Rmult_le_compat_l; [exact HM|]. unfold w. rewrite <- sum_scal_r. apply sum_le. intros j Hj.
    rewrite (reach_minus x y j). apply sum_cs. }
  pose proof (dist_component n x y i Hi) as B. unfold slow_field, slow_force.
  replace ((gamma y i - y i) / tau i - (gamma x i - x i) / tau i)
    with ((gamma y i - gamma x i + - (y i - x i)) * / tau i) by (unfold Rdiv; ring).
  rewrite Rabs_mult. replace ((sqrt G + 1) * T * dist n x y) with ((sqrt G + 1) * dist n x y * T) by ring.
  apply Rmult_le_compat; auto; try apply Rabs_pos.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. lra.
Qed.
End Repair.
