(** T3: where an activation decreases, the energy of T2 rises along some solution; SiLU decreases. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Activations Model Lure T02_descent.
Open Scope R_scope.

Section Falls.
Variable n : nat.
Variables tau rho : vec.
(** Any elementwise activation, with slopes dg, and any synaptic energy. *)
Variables g dg : nat -> R -> R.
Variable Lw S : vec -> R.
Variable dS : vec -> vec.
Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis Lw_gradient : gradient n Lw (fun x i => rho i * act g x i).
Hypothesis S_gradient : gradient n S dS.
Hypothesis slope : forall i u, (i < n)%nat -> is_derive (g i) u (dg i u).

(** The bias with which only neuron i moves at the state x. *)
Definition pushing (i : nat) (x : vec) : vec :=
  fun j => rho j * x j + dS (act g x) j + (if Nat.eqb j i then 1 else 0).

(** T3: if neuron i has a negative slope at a state, then, with this bias, the energy rises there: its rate
    is - dg_i / tau_i > 0. *)
Theorem T3_rises i x : (i < n)%nat -> dg i (x 0 i) < 0 ->
  let b := pushing i (x 0) in
  Model.solution n tau rho b (act g) dS x ->
  is_derive (fun s => energy n rho b (act g) Lw S (x s)) 0 (- (dg i (x 0 i) / tau i)) /\
  0 < - (dg i (x 0 i) / tau i).
Proof.
  intros Hi Hneg b Hx. pose proof (tau_pos i Hi) as Pt.
  set (v := fun j => Model.force rho b (act g) dS (x 0) j / tau j).
  assert (F : forall j, Model.force rho b (act g) dS (x 0) j = if Nat.eqb j i then 1 else 0).
  { intro j. unfold Model.force, b, pushing. ring. }
  split.
  - evar_last.
    + apply (T2_rate n tau rho b (act g) Lw S dS tau_pos Lw_gradient S_gradient x 0
        (fun j => dg j (x 0 j) * v j) Hx (Rle_refl 0)).
      intros j Hj. pose proof (Hx 0 (Rle_refl 0) j Hj) as D.
      evar_last; [apply (is_derive_comp (g j) (fun s => x s j) 0 _ _ (slope j (x 0 j) Hj) D)|].
      unfold scal; simpl. unfold mult; simpl. unfold v. ring.
    + f_equal. rewrite <- (single n i (fun j => dg j (x 0 j) / tau j) Hi).
      apply sum_ext. intros j Hj. unfold v. rewrite (F j). pose proof (tau_pos j Hj).
      destruct (Nat.eqb j i); field; lra.
  - assert (0 < / tau i) by now apply Rinv_0_lt_compat. unfold Rdiv. nra.
Qed.
End Falls.

(** T3: SiLU, u / (1 + exp(-u)), has a negative slope at -2. *)
Definition silu (u : R) : R := u / (1 + exp (- u)).
Theorem T3_silu : exists h, is_derive silu (-2) h /\ h < 0.
Proof.
  set (e := exp 2). assert (He : 3 <= e).
  { pose proof (exp_ineq1_le 2). unfold e. lra. }
  exists ((1 - e) / ((1 + e) * (1 + e))). split.
  - unfold silu. auto_derive.
    + pose proof (exp_pos (- (-2))). lra.
    + replace (- (-2)) with 2 by ring. fold e. field. lra.
  - assert (0 < / ((1 + e) * (1 + e))) by (apply Rinv_0_lt_compat; nra). unfold Rdiv. nra.
Qed.

(** T3: where g_i is non-decreasing its Lagrangian is convex. ReLU and tanh are such. *)
Theorem T3_convex g L h : slopes_at_most g h -> primitive_of L g ->
  forall u v, L u + g u * (v - u) <= L v.
Proof. intros Hs Hp u v. pose proof (proj1 (tangent_bound L g h u v Hp Hs)). lra. Qed.
