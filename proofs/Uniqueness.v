(** A solution is determined by its state at the time 0, for a Lipschitz drive. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Gronwall.
Open Scope R_scope.

Section Uniqueness.
Variable n : nat.
Variables tau rho b : vec.
Variable g : vec -> vec.
Variable Lw S : vec -> R.
Variable dS : vec -> vec.
Notation dist := (dist n).
Notation agree := (agree n).
Notation energy := (energy n rho b g Lw S).
Notation force := (force rho b g dS).
Notation solution := (solution n tau rho b g dS).
Notation equilibrium := (equilibrium n rho b g dS).
Notation fibre := (fibre n g).
Notation timed_monotone := (timed_monotone n tau g).

Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.

(** The drive is Lipschitz with a constant K. *)
Variable K : R.
Hypothesis K_pos : 0 <= K.
Hypothesis drive_lipschitz : forall x y i, (i < n)%nat ->
  Rabs (dS (g y) i - dS (g x) i) <= K * dist x y.

(** Two solutions that start at one state are the same at all times. *)
Theorem unique_solution (x y : R -> vec) : solution x -> solution y -> agree (x 0) (y 0) ->
  forall t, 0 <= t -> agree (x t) (y t).
Proof.
  intros Hx Hy H0 t Ht.
  (* u = sum tau_i (y_i - x_i)^2 grows at most exponentially *)
  set (u := fun s => sum n (fun i => tau i * ((y s i - x s i) * (y s i - x s i)))).
  set (du := fun s => sum n (fun i => 2 * (y s i - x s i) * (force (y s) i - force (x s) i))).
  assert (Du : forall s, 0 <= s -> is_derive u s (du s)).
  { intros s Hs. apply (is_derive_sum n (fun s i => tau i * ((y s i - x s i) * (y s i - x s i)))).
    intros i Hi.
    pose proof (tau_pos i Hi). pose proof (Hx s Hs i Hi) as Dx. pose proof (Hy s Hs i Hi) as Dy.
    assert (Dd : is_derive (fun s => y s i - x s i) s (force (y s) i / tau i
      - force (x s) i / tau i)) by exact (is_derive_minus _ _ _ _ _ Dy Dx).
    evar_last. { apply (is_derive_scal (fun s => (y s i - x s i) * (y s i - x s i)) s (tau i)).
      apply (is_derive_mult (fun s => y s i - x s i) (fun s => y s i - x s i) s _ _ Dd Dd).
        intros; apply Rmult_comm. }
    unfold plus, mult; simpl. unfold mult; simpl. field. lra. }
  destruct (positive_bound n tau tau_pos) as (T & HT & KT).
  set (C := 2 * K * INR n / T).
  assert (HC : forall s, 0 <= s -> du s <= C * u s).
  { intros s Hs. set (dl := fun i => y s i - x s i).
    assert (Q1 : du s <= 2 * K * (dist (x s) (y s) * dist (x s) (y s))).
    { unfold du. apply Rle_trans with (sum n (fun i => 2 * K * dist (x s) (y s) * Rabs (dl i))).
      - apply sum_le. intros i Hi. unfold Model.force.
        pose proof (drive_lipschitz (x s) (y s) i Hi) as Z. pose proof (rho_pos i Hi).
        replace (2 * (y s i - x s i) * (b i - rho i * y s i - dS (g (y s)) i - (b i - rho i * x s i
          - dS (g (x s)) i)))
          with (- 2 * rho i * (dl i * dl i) + 2 * - (dl i * (dS (g (y s)) i - dS (g (x s)) i)))
            by (unfold dl; ring).
        assert (- (dl i * (dS (g (y s)) i - dS (g (x s)) i))
          <= Rabs (dl i) * (K * dist (x s) (y s))).
        { eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_Ropp, Rabs_mult.
          apply Rmult_le_compat_l; auto. apply Rabs_pos. }
        assert (0 <= dl i * dl i) by apply Rle_0_sqr. nra.
      - rewrite sum_scal. unfold Model.dist, dl. right. ring. }
    assert (Q2 : dist (x s) (y s) * dist (x s) (y s) <= INR n * sum n (fun i => dl i * dl i)).
    { unfold Model.dist. pose proof (sum_cs n (fun _ => 1) (fun i => Rabs (dl i))) as CS;
      cbv beta in CS.
      assert (E1 : sum n (fun i => 1 * Rabs (dl i)) = sum n (fun i => Rabs (y s i - x s i)))
        by (apply sum_ext; intros; unfold dl; ring).
      assert (E2 : sum n (fun i => 1 * 1) = INR n). { clear.
        induction n as [|m IH]; [reflexivity|]. rewrite S_INR. simpl. rewrite IH. ring. }
      assert (E3 : sum n (fun i => Rabs (dl i) * Rabs (dl i)) = sum n (fun i => dl i * dl i)).
      { apply sum_ext. intros i _. rewrite <- Rabs_mult. apply Rabs_pos_eq. apply Rle_0_sqr. }
      rewrite E1, E2, E3 in CS. exact CS. }
    assert (Q3 : T * sum n (fun i => dl i * dl i) <= u s).
    { rewrite <- sum_scal. apply sum_le. intros i Hi.
      apply Rmult_le_compat_r; [apply Rle_0_sqr|auto]. }
    apply Rle_trans with (1 := Q1). apply Rle_trans
      with (2 * K * (INR n * sum n (fun i => dl i * dl i))). { apply Rmult_le_compat_l; [lra|auto].
      }
    unfold C. assert (0 <= 2 * K * INR n). { pose proof (pos_INR n). nra. }
    apply Rle_trans with (2 * K * INR n * (u s / T)). 2: { right. field. lra. }
    rewrite <- Rmult_assoc. apply Rmult_le_compat_l; auto. apply (Rmult_le_reg_l T); auto.
      replace (T * (u s / T)) with (u s) by (field; lra). auto. }
  pose proof (gronwall u du C Du HC t Ht) as U.
  assert (U0 : u 0 = 0). { unfold u. transitivity (sum n (fun _ => 0)); [|apply sum_zero].
    apply sum_ext. intros i Hi. rewrite (H0 i Hi). ring. }
  rewrite U0, Rmult_0_l in U.
  intros i Hi. assert (Z : tau i * ((y t i - x t i) * (y t i - x t i)) = 0).
  { apply (sum_zero_all n (fun i => tau i * ((y t i - x t i) * (y t i - x t i)))); auto.
    intros j Hj. apply Rmult_le_pos; [apply Rlt_le; auto|apply Rle_0_sqr]. }
  pose proof (tau_pos i Hi). apply Rmult_integral in Z. destruct Z as [Z|Z]; [lra|].
    apply Rmult_integral in Z. lra.
Qed.
End Uniqueness.
