(** T1: the gradient of the energy is - H times the right-hand side of the flow. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model.
Open Scope R_scope.

Section Gradient.
Variable n : nat.
Variables rho b : vec.
Variable g : vec -> vec.
Variable Lw S : vec -> R.
Variable dS : vec -> vec.
Notation dist := (dist n).
Notation energy := (energy n rho b g Lw S).
Notation force := (force rho b g dS).
Hypothesis Lw_gradient : gradient n Lw (fun x i => rho i * g x i).
Hypothesis S_gradient : gradient n S dS.

(** H is the Hessian of L: the derivative of g (Frechet), and symmetric. *)
Variable H : vec -> nat -> nat -> R.
Hypothesis H_derivative : forall x eps, 0 < eps -> exists delta, 0 < delta /\
  forall y, dist x y <= delta -> forall i, (i < n)%nat ->
    Rabs (g y i - g x i - sum n (fun j => H x i j * (y j - x j))) <= eps * dist x y.
Hypothesis H_symmetric : forall x i j, (i < n)%nat -> (j < n)%nat -> H x i j = H x j i.

Lemma sum_const m c : sum m (fun _ => c) = INR m * c.
Proof. induction m; simpl sum; [simpl; ring|]. rewrite S_INR, IHm. ring. Qed.

(** Near x, g changes by at most a multiple of what x changes by. *)
Lemma change_of_g x : exists G delta, 0 < G /\ 0 < delta /\
  forall y, dist x y <= delta -> dist (g x) (g y) <= G * dist x y.
Proof.
  destruct (H_derivative x 1 Rlt_0_1) as (delta & Hd & K).
  exists (sum n (fun i => sum n (fun j => Rabs (H x i j))) + INR n + 1), delta.
  assert (0 <= sum n (fun i => sum n (fun j => Rabs (H x i j)))).
  { apply sum_nonneg; intros; apply sum_nonneg; intros; apply Rabs_pos. }
  pose proof (pos_INR n). split; [lra|]. split; [auto|]. intros y Hy. pose proof (dist_nonneg n x y) as D.
  apply Rle_trans with (sum n (fun i => sum n (fun j => Rabs (H x i j)) * dist x y + dist x y)).
  - apply sum_le. intros i Hi. specialize (K y Hy i Hi). rewrite Rmult_1_l in K.
    replace (g y i - g x i) with ((g y i - g x i - sum n (fun j => H x i j * (y j - x j)))
      + sum n (fun j => H x i j * (y j - x j))) by ring.
    eapply Rle_trans; [apply Rabs_triang|].
    assert (Rabs (sum n (fun j => H x i j * (y j - x j))) <= sum n (fun j => Rabs (H x i j)) * dist x y);
      [|lra].
    eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal_r. apply sum_le. intros j Hj.
    rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|]. now apply dist_component.
  - rewrite sum_plus, sum_scal_r, sum_const. lra.
Qed.

(** T1: the gradient of E is H (rho x - b + grad S(g)) = - H T x', for every state x. *)
Theorem T1 : gradient n energy (fun x j => - sum n (fun i => H x j i * force x i)).
Proof.
  intros x eps He.
  destruct (change_of_g x) as (G & d1 & HG & Hd1 & K1).
  destruct (bounded_family n rho) as (R & HR & KR).
  destruct (bounded_family n (force x)) as (M & HM & KM).
  pose proof (pos_INR n) as Pn.
  destruct (Lw_gradient x (eps / 4)) as (d2 & Hd2 & K2); [lra|].
  destruct (S_gradient (g x) (eps / 4 / G)) as (d3 & Hd3 & K3); [apply Rdiv_lt_0_compat; lra|].
  destruct (H_derivative x (eps / 4 / (M * (INR n + 1)))) as (d4 & Hd4 & K4).
  { apply Rdiv_lt_0_compat; [lra|]. apply Rmult_lt_0_compat; lra. }
  assert (HRG : 0 < R * G) by (apply Rmult_lt_0_compat; auto).
  exists (Rmin (Rmin d1 d2) (Rmin (Rmin (d3 / G) d4) (eps / 4 / (R * G)))).
  split; [repeat apply Rmin_pos; auto; apply Rdiv_lt_0_compat; lra|]. intros y Hy.
  assert (dist x y <= d1 /\ dist x y <= d2 /\ dist x y <= d3 / G /\ dist x y <= d4
    /\ dist x y <= eps / 4 / (R * G)) as (A1 & A2 & A3 & A4 & A5).
  { pose proof (Rmin_l (Rmin d1 d2) (Rmin (Rmin (d3 / G) d4) (eps / 4 / (R * G)))).
    pose proof (Rmin_r (Rmin d1 d2) (Rmin (Rmin (d3 / G) d4) (eps / 4 / (R * G)))).
    pose proof (Rmin_l (Rmin (d3 / G) d4) (eps / 4 / (R * G))).
    pose proof (Rmin_r (Rmin (d3 / G) d4) (eps / 4 / (R * G))).
    pose proof (Rmin_l d1 d2). pose proof (Rmin_r d1 d2).
    pose proof (Rmin_l (d3 / G) d4). pose proof (Rmin_r (d3 / G) d4). lra. }
  set (D := dist x y) in *. assert (HD : 0 <= D) by apply dist_nonneg.
  specialize (K1 y A1). specialize (K2 y A2). fold D in K1, K2.
  assert (B3 : dist (g x) (g y) <= d3).
  { apply Rle_trans with (1 := K1). apply (Rmult_le_compat_l G) in A3; [|lra].
    replace (G * (d3 / G)) with d3 in A3 by (field; lra). exact A3. }
  specialize (K3 (g y) B3). specialize (K4 y A4). fold D in K4.
  set (dx := fun i => y i - x i). set (dg := fun i => g y i - g x i).
  set (e := fun i => dg i - sum n (fun j => H x i j * dx j)).
  (* the change of the energy, in its parts *)
  assert (E : energy y - energy x - sum n (fun j => - sum n (fun i => H x j i * force x i) * dx j) =
    sum n (fun i => rho i * dx i * dg i) - (Lw y - Lw x - sum n (fun i => rho i * g x i * dx i))
    + (S (g y) - S (g x) - sum n (fun i => dS (g x) i * dg i)) - sum n (fun i => force x i * e i)).
  { unfold Model.energy.
    assert (X : sum n (fun j => - sum n (fun i => H x j i * force x i) * dx j)
      = - sum n (fun i => force x i * sum n (fun j => H x i j * dx j))).
    { rewrite (sum_ext n (fun i => force x i * sum n (fun j => H x i j * dx j))
        (fun i => sum n (fun j => force x i * (H x i j * dx j)))) by (intros; now rewrite sum_scal).
      rewrite sum_exchange, <- sum_opp. apply sum_ext. intros j Hj.
      rewrite Ropp_mult_distr_l_reverse, <- sum_scal_r. f_equal. apply sum_ext. intros i Hi.
      rewrite (H_symmetric x j i) by auto. ring. }
    rewrite X.
    assert (Y : sum n (fun i => force x i * e i) = sum n (fun i => force x i * dg i)
      - sum n (fun i => force x i * sum n (fun j => H x i j * dx j))).
    { rewrite <- sum_minus. apply sum_ext. intros. unfold e. ring. }
    rewrite Y.
    assert (Z : sum n (fun i => (rho i * y i - b i) * g y i) - sum n (fun i => (rho i * x i - b i) * g x i)
      = sum n (fun i => rho i * dx i * dg i) + sum n (fun i => rho i * g x i * dx i)
        - sum n (fun i => dS (g x) i * dg i) - sum n (fun i => force x i * dg i)).
    { rewrite <- sum_minus, <- sum_plus, <- !sum_minus. apply sum_ext. intros.
      unfold Model.force, dx, dg. ring. }
    lra. }
  change (fun i : nat => y i - x i) with dx.
  change (Rabs (energy y - energy x - sum n (fun j => - sum n (fun i => H x j i * force x i) * dx j))
    <= eps * D).
  rewrite E.
  assert (P1 : Rabs (sum n (fun i => rho i * dx i * dg i)) <= eps / 4 * D).
  { apply Rle_trans with (R * D * dist (g x) (g y)).
    - apply (sum_abs_bound n). intros i Hi. rewrite Rabs_mult.
      apply Rmult_le_compat; try apply Rabs_pos; auto. apply (dist_component n x y i Hi).
    - apply Rle_trans with (R * D * (G * D)). { apply Rmult_le_compat_l; auto. apply Rmult_le_pos; lra. }
      replace (R * D * (G * D)) with (R * G * D * D) by ring. apply Rmult_le_compat_r; auto.
      apply (Rmult_le_compat_l (R * G)) in A5; [|lra].
      replace (R * G * (eps / 4 / (R * G))) with (eps / 4) in A5 by (field; lra). exact A5. }
  assert (P3 : Rabs (S (g y) - S (g x) - sum n (fun i => dS (g x) i * dg i)) <= eps / 4 * D).
  { apply Rle_trans with (1 := K3). apply Rle_trans with (eps / 4 / G * (G * D)).
    - apply Rmult_le_compat_l; auto. apply Rlt_le, Rdiv_lt_0_compat; lra.
    - right. field. lra. }
  assert (P4 : Rabs (sum n (fun i => force x i * e i)) <= eps / 4 * D).
  { eapply Rle_trans; [apply (sum_abs_bound n _ _ M KM)|].
    apply Rle_trans with (M * (INR n * (eps / 4 / (M * (INR n + 1)) * D))).
    - apply Rmult_le_compat_l; [lra|]. rewrite <- sum_const. apply sum_le. intros i Hi. now apply K4.
    - replace (M * (INR n * (eps / 4 / (M * (INR n + 1)) * D)))
        with (INR n / (INR n + 1) * (eps / 4 * D)) by (field; lra).
      rewrite <- (Rmult_1_l (eps / 4 * D)) at 2. apply Rmult_le_compat_r.
      + apply Rmult_le_pos; lra.
      + apply (Rmult_le_reg_r (INR n + 1)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  change (Rabs (Lw y - Lw x - sum n (fun i => rho i * g x i * dx i)) <= eps / 4 * D) in K2.
  apply Rabs_le_between in P1. apply Rabs_le_between in P3. apply Rabs_le_between in P4.
  apply Rabs_le_between in K2. apply Rabs_le. lra.
Qed.
End Gradient.
