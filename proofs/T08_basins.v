(** T8: the flat region of an equilibrium lies in its basin. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model T05_flat_regions Existence Solutions.
Open Scope R_scope.

Section Basins.
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
(** Values beyond the n neurons do not matter. *)
Hypothesis dS_local : forall x y, agree x y -> agree (dS x) (dS y).

(** Layers are the classes of [lay]; each has one rate rho/tau,
  and its activation depends on its own
    states only. In an elementwise layer every neuron is its own class. *)
Variable lay : nat -> nat.
Variable rate : nat -> R.
Hypothesis g_layers : forall x y i, (i < n)%nat -> (forall j, (j < n)%nat -> lay j = lay i ->
  x j = y j) -> g x i = g y i.
Hypothesis rates : forall i, (i < n)%nat -> rho i / tau i = rate (lay i).

(** The solution: every layer goes straight to its place. *)
Definition straight (xs x0 : vec) (t : R) : vec := fun i => xs i
  + exp (- (rate (lay i) * t)) * (x0 i - xs i).

Lemma exp_range r t : 0 <= r * t -> 0 <= exp (- (r * t)) <= 1.
Proof.
  intro H. split; [apply Rlt_le, exp_pos|]. rewrite <- exp_0.
    destruct H as [H|H]; [apply Rlt_le, exp_increasing; lra|rewrite <- H; right; f_equal; ring].
Qed.

Lemma straight_in_fibre xs x0 gamma t : fibre gamma xs -> fibre gamma x0 -> 0 <= t ->
  fibre gamma (straight xs x0 t).
Proof.
  intros Hs H0 Ht i Hi.
  rewrite (g_layers (straight xs x0 t) (between (exp (- (rate (lay i) * t))) xs x0) i Hi).
  - apply (T5_fibre_convex n rho g Lw); auto. apply exp_range. rewrite <- (rates i Hi).
    pose proof (rho_pos i Hi). pose proof (tau_pos i Hi).
    apply Rmult_le_pos; auto. apply Rlt_le, Rdiv_lt_0_compat; lra.
  - intros j Hj E. unfold straight, between. now rewrite E.
Qed.

(** The straight lines solve the flow. *)
Theorem T8_straight xs x0 : equilibrium xs -> fibre (g xs) x0 -> solution (straight xs x0).
Proof.
  intros He H0 t Ht i Hi. pose proof (rho_pos i Hi). pose proof (tau_pos i Hi).
  assert (A : agree (g (straight xs x0 t)) (g xs)). { apply straight_in_fibre; auto.
    intros j Hj; reflexivity. }
  assert (F : force (straight xs x0 t) i / tau i
    = - rate (lay i) * (exp (- (rate (lay i) * t)) * (x0 i - xs i))).
  { unfold Model.force. rewrite (dS_local _ _ A i Hi). pose proof (He i Hi) as E.
    unfold Model.force in E.
    replace (b i - rho i * straight xs x0 t i - dS (g xs) i)
      with (- rho i * (exp (- (rate (lay i) * t)) * (x0 i - xs i))).
    - rewrite <- (rates i Hi) at 1. rewrite <- (rates i Hi). field. lra.
    - unfold straight. lra. }
  rewrite F. unfold straight. auto_derive; auto. ring.
Qed.

(** They end at the equilibrium. *)
Theorem T8_converges xs x0 i : (i < n)%nat -> is_lim (fun t => straight xs x0 t i) p_infty (xs i).
Proof.
  intro Hi. unfold straight. evar_last.
  { apply (is_lim_plus' (fun _ => xs i) _ p_infty (xs i) 0); [apply is_lim_const|].
    replace (Finite 0) with (Rbar_mult 0 (x0 i - xs i)) by (simpl; f_equal; ring).
    apply is_lim_scal_r.
    apply (is_lim_comp exp (fun t => - (rate (lay i) * t)) p_infty 0 m_infty);
      [apply is_lim_exp_m| |].
    - evar_last. { apply is_lim_opp. apply (is_lim_scal_l (fun t => t) (rate (lay i)) p_infty
      p_infty). apply is_lim_id. }
      assert (Hr : 0 < rate (lay i)). { rewrite <- (rates i Hi). apply Rdiv_lt_0_compat; auto. }
      simpl. destruct (Rle_dec 0 (rate (lay i))) as [Q|Q]; [|lra].
        destruct (Rle_lt_or_eq_dec _ _ Q); [reflexivity|lra].
    - exists 0. intros; discriminate. }
  f_equal. ring.
Qed.

(** The drive is Lipschitz with a constant K. *)
Variable K : R.
Hypothesis K_pos : 0 <= K.
Hypothesis drive_lipschitz : forall x y i, (i < n)%nat ->
  Rabs (dS (g y) i - dS (g x) i) <= K * dist x y.

(** T8: every solution that starts in the flat region of an equilibrium stays in it and converges to
    the equilibrium. *)
Theorem T8 xs (y : R -> vec) : equilibrium xs -> solution y -> fibre (g xs) (y 0) ->
  (forall t, 0 <= t -> fibre (g xs) (y t)) /\ (forall i, (i < n)%nat ->
    is_lim (fun t => y t i) p_infty (xs i)).
Proof.
  intros He Hy H0.
  assert (A : forall t, 0 <= t -> agree (straight xs (y 0) t) (y t)).
  { apply (unique_solution n tau rho b g dS tau_pos K); auto; [now apply T8_straight|].
    intros i Hi. unfold straight. rewrite Rmult_0_r, Ropp_0, exp_0. ring. }
  split.
  - intros t Ht i Hi. rewrite (g_layers (y t) (straight xs (y 0) t) i Hi).
    + apply straight_in_fibre; auto. intros j Hj; reflexivity.
    + intros j Hj _. symmetry. now apply A.
  - intros i Hi. apply (is_lim_ext_loc (fun t => straight xs (y 0) t i)); [|now apply T8_converges].
    exists 0. intros t Ht. apply A; auto. lra.
Qed.

(** There is exactly one such solution from each state of the flat region. *)
Corollary T8_the_solution xs x0 : equilibrium xs -> fibre (g xs) x0 ->
  exists x, the_solution n (field tau rho b g dS) x0 x /\
    (forall t, 0 <= t -> fibre (g xs) (x t)) /\
    forall i, (i < n)%nat -> is_lim (fun t => x t i) p_infty (xs i).
Proof.
  intros He H0.
  destruct (solution_of_model n tau rho b g dS tau_pos K K_pos drive_lipschitz x0) as (x & X).
  exists x. split; [exact X|]. destruct X as (X0 & Hx & _). apply T8; auto.
  intros i Hi. rewrite (g_layers (x 0) x0 i Hi); [now apply H0|]. intros j Hj _. now apply X0.
Qed.
End Basins.
