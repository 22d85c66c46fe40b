(** The energy along a solution is continuous, if g is locally Lipschitz. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model.
Open Scope R_scope.

Section Continuity.
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

Hypothesis Lw_gradient : gradient n Lw (fun x i => rho i * g x i).
Hypothesis S_gradient : gradient n S dS.
Hypothesis g_lipschitz : locally_lipschitz n g.

(** The energy is a continuous function of time along a solution. *)
Lemma energy_continuous (x : R -> vec) t : solution x -> 0 <= t ->
  continuous (fun s => energy (x s)) t.
Proof.
  intros Hs Ht. pose proof (Hs t Ht) as D.
  assert (Cx : forall i, (i < n)%nat -> continuous (fun s => x s i) t). { intros i Hi.
    apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) (fun s => x s i) t).
    eexists. now apply D. }
  (* g is continuous along x *)
  assert (Cg : forall i, (i < n)%nat -> continuous (fun s => g (x s) i) t).
  { intros i Hi. apply filterlim_locally. intro eps.
    destruct (curve_speed n x t _ D) as (d1 & Hd1 & K1). set (V := sum n _ + 1) in *.
    assert (HV : 1 <= V). { unfold V. match goal with |- 1 <= ?a + 1 => assert (0 <= a)
      by (apply sum_nonneg; intros; apply Rabs_pos) end. lra. }
    destruct (g_lipschitz (x t)) as (K & d2 & HK & Hd2 & K2). set (KV := K * V + 1).
      assert (HKV : 0 < KV) by (unfold KV; nra).
    pose proof (cond_pos eps).
    assert (Hd : 0 < Rmin (Rmin d1 (d2 / V)) (eps / KV)) by (repeat apply Rmin_pos; auto;
      apply Rdiv_lt_0_compat; lra).
    exists (mkposreal _ Hd). refine (fun (s : R) (Bs : Rabs (s - t)
      < Rmin (Rmin d1 (d2 / V)) (eps / KV)) => _).
    change (Rabs (g (x s) i - g (x t) i) < eps).
    pose proof (Rmin_l (Rmin d1 (d2 / V)) (eps / KV)).
      pose proof (Rmin_r (Rmin d1 (d2 / V)) (eps / KV)). pose proof (Rmin_l d1 (d2 / V)).
      pose proof (Rmin_r d1 (d2 / V)).
    pose proof (K1 (s - t)) as Z. replace (t + (s - t)) with s in Z by ring.
      assert (B1 : dist (x t) (x s) <= V * Rabs (s - t)) by (apply Z; lra).
    assert (B2 : dist (x t) (x s) <= d2). { apply Rle_trans with (1 := B1).
      assert (A2 : Rabs (s - t) <= d2 / V) by lra. apply (Rmult_le_compat_l V) in A2; [|lra].
      replace (V * (d2 / V)) with d2 in A2 by (field; lra). lra. }
    pose proof (K2 _ B2). pose proof (dist_component n (g (x t)) (g (x s)) i Hi).
    assert (K * dist (x t) (x s) <= K * (V * Rabs (s - t))) by (apply Rmult_le_compat_l; auto).
    assert (A5 : Rabs (s - t) < eps / KV) by lra. apply (Rmult_lt_compat_l KV) in A5; [|lra].
      replace (KV * (eps / KV)) with (pos eps) in A5 by (field; lra).
    unfold KV in A5. pose proof (Rabs_pos (s - t)). nra. }
  assert (CS : forall F dF (c : R -> vec), gradient n F dF -> (forall i, (i < n)%nat ->
    continuous (fun s => c s i) t) -> continuous (fun s => F (c s)) t).
  { intros F dF c G Cc. apply filterlim_locally. intro eps. pose proof (cond_pos eps) as He.
    destruct (bounded_family n (dF (c t))) as (M & HM & KM).
    destruct (G (c t) 1 Rlt_0_1) as (d & Hd & KG).
    (* the whole vector is continuous *)
    assert (Cd : exists d', 0 < d' /\ forall s, Rabs (s - t) < d' ->
      dist (c t) (c s) < Rmin d (eps / (M + 1))).
    { assert (Hq : 0 < Rmin d (eps / (M + 1))) by (apply Rmin_pos; auto; apply Rdiv_lt_0_compat;
      lra).
      assert (Cs : continuous (fun s => sum n (fun i => Rabs (c s i - c t i))) t).
      { clear - Cc. revert Cc. generalize n. intro m.
        induction m as [|m IH]; intro Cc; simpl; [apply continuous_const|].
        apply (continuous_plus (fun s => sum m (fun i => Rabs (c s i
          - c t i))) (fun s => Rabs (c s m - c t m))); [apply IH; intros; apply Cc; lia|].
        apply (continuous_comp (fun s => c s m - c t m) Rabs); [|apply continuous_Rabs].
        apply (continuous_minus (fun s => c s m) (fun _ => c t m)); [apply Cc;
          lia|apply continuous_const]. }
      destruct (proj1 (filterlim_locally _ _) Cs (mkposreal _ Hq)) as (d' & Kd). exists d'.
        split; [apply cond_pos|]. intros s Hs'.
      specialize (Kd s Hs'). change (Rabs (sum n (fun i => Rabs (c s i - c t i))
        - sum n (fun i => Rabs (c t i - c t i))) < Rmin d (eps / (M + 1))) in Kd.
      assert (Z : sum n (fun i => Rabs (c t i - c t i)) = 0). { rewrite <- (sum_zero n).
        apply sum_ext. intros. rewrite Rminus_eq_0. apply Rabs_R0. }
      rewrite Z, Rminus_0_r in Kd. apply Rabs_def2 in Kd. unfold Model.dist. lra. }
    destruct Cd as (d' & Hd' & Kd). exists (mkposreal _ Hd').
      refine (fun (s : R) (Bs : Rabs (s - t) < d') => _). specialize (Kd s Bs).
    change (Rabs (F (c s) - F (c t)) < eps). pose proof (Rmin_l d (eps / (M + 1))).
      pose proof (Rmin_r d (eps / (M + 1))).
    specialize (KG (c s)). assert (KG' : Rabs (F (c s) - F (c t)
      - sum n (fun i => dF (c t) i * (c s i - c t i))) <= 1 * dist (c t) (c s)) by (apply KG; lra).
    assert (SB : Rabs (sum n (fun i => dF (c t) i * (c s i - c t i))) <= M * dist (c t) (c s))
      by exact (sum_abs_bound n (dF (c t)) (fun i => c s i - c t i) M KM).
    replace (F (c s) - F (c t)) with ((F (c s) - F (c t) - sum n (fun i => dF (c t) i * (c s i
      - c t i))) + sum n (fun i => dF (c t) i * (c s i - c t i))) by ring.
    eapply Rle_lt_trans; [apply Rabs_triang|].
      assert (A5 : dist (c t) (c s) < eps / (M + 1)) by lra.
    apply (Rmult_lt_compat_l (M + 1)) in A5; [|lra].
      replace ((M + 1) * (eps / (M + 1))) with (pos eps) in A5 by (field; lra). lra. }
  unfold Model.energy. apply (continuous_plus (fun s => sum n (fun i => (rho i * x s i
    - b i) * g (x s) i) - Lw (x s)) (fun s => S (g (x s)))).
  - apply (continuous_minus (fun s => sum n (fun i => (rho i * x s i
    - b i) * g (x s) i)) (fun s => Lw (x s))).
    + clear - Cx Cg. revert Cx Cg. generalize n. intro m.
      induction m as [|m IH]; intros Cx Cg; simpl; [apply continuous_const|].
      apply (continuous_plus (fun s => sum m (fun i => (rho i * x s i
        - b i) * g (x s) i)) (fun s => (rho m * x s m - b m) * g (x s) m)).
      * apply IH; intros; [apply Cx|apply Cg]; lia.
      * apply (continuous_mult (fun s => rho m * x s m - b m) (fun s => g (x s) m)); [|apply Cg;
        lia].
        apply (continuous_minus (fun s => rho m * x s m) (fun _ => b m));
          [apply (continuous_scal_r (rho m) (fun s => x s m)); apply Cx;
          lia|apply continuous_const].
    + apply (CS Lw _ x Lw_gradient Cx).
  - apply (CS S _ (fun s => g (x s)) S_gradient Cg).
Qed.
End Continuity.
