(** T2 where g is only locally Lipschitz (ReLU, hard tanh, sparsemax): the energy never increases.
    No derivative of g is used, and no theorem that holds almost everywhere. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Dini Continuity Existence Solutions.
Open Scope R_scope.

Section Lipschitz.
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
Hypothesis Lw_gradient : gradient n Lw (fun x i => rho i * g x i).
Hypothesis Lw_convex : convex n Lw (fun x i => rho i * g x i).
Hypothesis S_gradient : gradient n S dS.
Hypothesis g_lipschitz : locally_lipschitz n g.
Hypothesis g_timed : timed_monotone.

(** What a step from x to y adds to the energy, from above. *)
Lemma energy_step x y : energy y - energy x <=
  sum n (fun i => (rho i * y i - b i) * (g y i - g x i)) + (S (g y) - S (g x)).
Proof.
  unfold Model.energy. pose proof (Lw_convex x y) as C.
  set (A := sum n (fun i => (rho i * y i - b i) * g y i)).
    set (B := sum n (fun i => (rho i * x i - b i) * g x i)).
  set (D := sum n (fun i => rho i * g x i * (y i - x i))) in *.
  assert (E : sum n (fun i => (rho i * y i - b i) * (g y i - g x i)) = A - B - D).
  { unfold A, B, D. rewrite <- !sum_minus. apply sum_ext; intros; ring. }
  rewrite E. lra.
Qed.

(** What the energy falls by in a short time h: (1/h) sum tau delta x delta gamma, up to o(h). *)
Theorem T2_short_time (x : R -> vec) t eps : solution x -> 0 <= t -> 0 < eps ->
  exists delta, 0 < delta /\ forall h, 0 < h < delta ->
    energy (x (t + h)) - energy (x t) <= eps * h - / h
      * sum n (fun i => tau i * ((g (x (t + h)) i - g (x t) i) * (x (t + h) i - x t i))).
Proof.
  intros Hs Ht He. pose proof (Hs t Ht) as D.
  set (v := fun i => force (x t) i / tau i) in *.
  destruct (curve_speed n x t v D) as (d1 & Hd1 & K1).
  set (V := sum n (fun i => Rabs (v i)) + 1) in *.
  assert (HV : 1 <= V). { unfold V. assert (0 <= sum n (fun i => Rabs (v i))) by (apply sum_nonneg;
    intros; apply Rabs_pos). lra. }
  destruct (g_lipschitz (x t)) as (K & d2 & HK & Hd2 & K2).
  destruct (bounded_family n rho) as (R & HR & KR).
    destruct (bounded_family n tau) as (T & HT & KT).
  set (KV := K * V + 1). assert (HKV : 0 < KV) by (unfold KV; nra).
  destruct (S_gradient (g (x t)) (eps / 4 / KV)) as (d3 & Hd3 & K3). { apply Rdiv_lt_0_compat; lra.
    }
  (* the quotients of the curve *)
  assert (Q : exists d4, 0 < d4 /\ forall h, 0 < h < d4 -> forall i, (i < n)%nat ->
     Rabs (v i - (x (t + h) i - x t i) / h) <= eps / 4 / KV / T).
  { assert (Hq : 0 < eps / 4 / KV / T) by (repeat apply Rdiv_lt_0_compat; lra).
    clear - D Hq. revert D Hq. generalize (eps / 4 / KV / T). intros q D Hq. clear - D Hq.
      induction n as [|m IH].
    - exists 1. split; [lra|]. intros; lia.
    - destruct IH as (d & Hd & H). { intros; apply D; lia. }
      destruct (proj1 (is_derive_Reals _ _ _) (D m (Nat.lt_succ_diag_r m)) q Hq) as (d' & H').
      exists (Rmin d d'). split; [apply Rmin_pos; auto; apply cond_pos|].
      intros h Hh i Hi. pose proof (Rmin_l d d'). pose proof (Rmin_r d d').
      destruct (Nat.eq_dec i m) as [->|]; [|apply H; [lra|lia]].
      rewrite Rabs_minus_sym. apply Rlt_le, H'; [lra|]. rewrite Rabs_pos_eq; lra. }
  destruct Q as (d4 & Hd4 & K4).
  (* delta *)
  set (d5 := eps / 4 / (R * (V * KV) + 1)). assert (Hd5 : 0 < d5). { unfold d5.
    apply Rdiv_lt_0_compat; [lra|]. assert (0 < V * KV) by nra. nra. }
  set (delta := Rmin (Rmin (Rmin d1 (d2 / V)) (Rmin (d3 / KV) d4)) d5).
  exists delta. split. { unfold delta. repeat apply Rmin_pos; auto; apply Rdiv_lt_0_compat; lra. }
  intros h Hh.
  assert (h < d1 /\ h < d2 / V /\ h < d3 / KV /\ h < d4 /\ h < d5) as (A1 & A2 & A3 & A4 & A5).
  { unfold delta in Hh. pose proof (Rmin_l (Rmin (Rmin d1 (d2 / V)) (Rmin (d3 / KV) d4)) d5).
    pose proof (Rmin_r (Rmin (Rmin d1 (d2 / V)) (Rmin (d3 / KV) d4)) d5).
    pose proof (Rmin_l (Rmin d1 (d2 / V)) (Rmin (d3 / KV) d4)).
      pose proof (Rmin_r (Rmin d1 (d2 / V)) (Rmin (d3 / KV) d4)).
    pose proof (Rmin_l d1 (d2 / V)). pose proof (Rmin_r d1 (d2 / V)).
      pose proof (Rmin_l (d3 / KV) d4). pose proof (Rmin_r (d3 / KV) d4). lra. }
  set (y := x (t + h)) in *. set (dx := fun i => y i - x t i).
    set (dg := fun i => g y i - g (x t) i).
  assert (Bx : dist (x t) y <= V * h). { pose proof (K1 h) as Z.
    rewrite (Rabs_pos_eq h) in Z by lra. apply Z; lra. }
  assert (Bg : dist (g (x t)) (g y) <= KV * h).
  { apply Rle_trans with (K * dist (x t) y).
    - apply K2. apply Rle_trans with (1 := Bx). apply (Rmult_lt_compat_l V) in A2; [|lra].
      replace (V * (d2 / V)) with d2 in A2 by (field; lra). lra.
    - apply Rle_trans with (K * (V * h)); [apply Rmult_le_compat_l; auto|]. unfold KV. nra. }
  assert (Bg' : sum n (fun i => Rabs (dg i)) <= KV * h) by exact Bg.
  assert (Bg3 : dist (g (x t)) (g y) <= d3). { apply Rle_trans with (1 := Bg).
    apply (Rmult_lt_compat_l KV) in A3; [|lra].
    replace (KV * (d3 / KV)) with d3 in A3 by (field; lra). lra. }
  specialize (K3 (g y) Bg3). apply Rabs_le_between in K3. destruct K3 as (_ & K3).
  change (fun i : nat => dS (g (x t)) i * (g y i - g (x t) i)) with (fun i => dS (g (x t)) i * dg i)
    in K3.
  pose proof (energy_step (x t) y) as ST.
  assert (E : sum n (fun i => (rho i * y i - b i) * (g y i - g (x t) i)) =
     sum n (fun i => rho i * dx i * dg i) - sum n (fun i => tau i * (v i - dx i / h) * dg i)
     - / h * sum n (fun i => tau i * (dg i * dx i)) - sum n (fun i => dS (g (x t)) i * dg i)).
  { rewrite <- sum_scal, <- !sum_minus. apply sum_ext. intros i Hi. unfold v, Model.force, dx, dg.
    pose proof (tau_pos i Hi). field. lra. }
  rewrite E in ST.
  (* the three small parts, and the one that has a sign *)
  assert (P1 : Rabs (sum n (fun i => rho i * dx i * dg i)) <= eps / 4 * h).
  { apply Rle_trans with (R * (V * h) * sum n (fun i => Rabs (dg i))).
    - apply (sum_abs_bound n). intros i Hi. rewrite Rabs_mult.
      apply Rmult_le_compat; try apply Rabs_pos; auto.
      apply Rle_trans with (2 := Bx). apply (dist_component n (x t) y i Hi).
    - apply Rle_trans with (R * (V * h) * (KV * h)). { apply Rmult_le_compat_l; [|auto].
      apply Rmult_le_pos; [lra|]. nra. }
      apply Rle_trans with ((R * (V * KV) + 1) * h * h). { assert (0 <= h * h) by nra. nra. }
      apply Rmult_le_compat_r; [lra|]. apply (Rmult_lt_compat_l (R * (V * KV) + 1)) in A5.
        2: { assert (0 < V * KV) by nra. nra. }
      unfold d5 in A5. replace ((R * (V * KV) + 1) * (eps / 4 / (R * (V * KV) + 1))) with (eps / 4)
        in A5; [lra|]. field. assert (0 < V * KV) by nra. nra. }
  assert (P2 : Rabs (sum n (fun i => tau i * (v i - dx i / h) * dg i)) <= eps / 4 * h).
  { apply Rle_trans with (T * (eps / 4 / KV / T) * sum n (fun i => Rabs (dg i))).
    - apply (sum_abs_bound n (fun i => tau i * (v i - dx i / h)) dg). intros i Hi.
      rewrite Rabs_mult.
      apply Rmult_le_compat; [apply Rabs_pos|apply Rabs_pos|apply KT; auto|apply K4; [lra|auto]].
    - apply Rle_trans with (T * (eps / 4 / KV / T) * (KV * h)).
      + apply Rmult_le_compat_l; auto. apply Rmult_le_pos; [lra|]. apply Rlt_le.
        repeat apply Rdiv_lt_0_compat; lra.
      + apply Req_le. field. lra. }
  assert (P3 : eps / 4 / KV * dist (g (x t)) (g y) <= eps / 4 * h).
  { apply Rle_trans with (eps / 4 / KV * (KV * h)). { apply Rmult_le_compat_l; auto. apply Rlt_le.
    repeat apply Rdiv_lt_0_compat; lra. }
    apply Req_le. field. lra. }
  apply Rabs_le_between in P1. apply Rabs_le_between in P2.
  assert (0 < eps * h) by nra.
  change (fun i : nat => tau i * ((g y i - g (x t) i) * (y i - x t i))) with (fun i => tau i * (dg i * dx i)).
  lra.
Qed.

(** The upper right Dini derivative of the energy is nowhere positive. *)
Theorem T2_dini (x : R -> vec) t eps : solution x -> 0 <= t -> 0 < eps ->
  exists delta, 0 < delta /\ forall h, 0 < h < delta ->
    energy (x (t + h)) - energy (x t) <= eps * h.
Proof.
  intros Hs Ht He. destruct (T2_short_time x t eps Hs Ht He) as (delta & Hd & H).
  exists delta. split; [exact Hd|]. intros h Hh. specialize (H h Hh).
  pose proof (g_timed (x t) (x (t + h))) as P.
  assert (0 < / h) by (apply Rinv_0_lt_compat; lra). nra.
Qed.

(** T2: along every solution the energy never increases. *)
Theorem T2 (x : R -> vec) s t : solution x -> 0 <= s <= t -> energy (x t) <= energy (x s).
Proof.
  intros Hs Hst. apply (dini_decreasing (fun u => energy (x u)) s t); [lra| |].
  - intros u Hu. apply (energy_continuous n tau) with (dS := dS); auto. lra.
  - intros u eps Hu He. apply T2_dini; auto. lra.
Qed.

(** T2 for a Lipschitz drive: from every state there is exactly one solution, and along it the energy
    never increases. *)
Corollary T2_the_solution K x0 : 0 <= K ->
  (forall x y i, (i < n)%nat -> Rabs (dS (g y) i - dS (g x) i) <= K * dist x y) ->
  exists x, the_solution n (field tau rho b g dS) x0 x /\
    forall s t, 0 <= s <= t -> energy (x t) <= energy (x s).
Proof.
  intros HK HD. destruct (solution_of_model n tau rho b g dS tau_pos K HK HD x0) as (x & X).
  exists x. split; [exact X|]. intros s t. apply T2. apply X.
Qed.
End Lipschitz.
