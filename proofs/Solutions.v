(** The flow of Model.v has exactly one solution from each state, if its drive is Lipschitz. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Existence.
Open Scope R_scope.

Section Solutions.
Variable n : nat.
Variables tau rho b : vec.
Variable g : vec -> vec.
Variable dS : vec -> vec.
Notation dist := (dist n).
Notation agree := (agree n).
Notation force := (force rho b g dS).
Notation solution := (solution n tau rho b g dS).

Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.

(** The drive is Lipschitz with a constant K. *)
Variable K : R.
Hypothesis K_pos : 0 <= K.
Hypothesis drive_lipschitz : forall x y i, (i < n)%nat ->
  Rabs (dS (g y) i - dS (g x) i) <= K * dist x y.

(** The right-hand side of x' = ... *)
Definition field (x : vec) : vec := fun i => force x i / tau i.

Lemma field_lipschitz : exists C, 0 <= C /\ lipschitz_by n field C.
Proof.
  destruct (bounded_family n rho) as (R & HR & KR).
  destruct (positive_bound n tau tau_pos) as (T & HT & KT).
  exists ((R + K) / T). split; [apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra]|].
  intros x y i Hi. pose proof (dist_nonneg n x y) as D. pose proof (dist_component n x y i Hi) as C.
  unfold field, Model.force. pose proof (tau_pos i Hi). pose proof (KT i Hi).
  replace ((b i - rho i * y i - dS (g y) i) / tau i - (b i - rho i * x i - dS (g x) i) / tau i)
    with (- (rho i * (y i - x i) + (dS (g y) i - dS (g x) i)) * / tau i) by (field; lra).
  rewrite Rabs_mult, Rabs_Ropp, Rabs_inv, (Rabs_pos_eq (tau i)) by lra.
  assert (A : Rabs (rho i * (y i - x i) + (dS (g y) i - dS (g x) i)) <= (R + K) * dist x y).
  { eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult, Rmult_plus_distr_r.
    apply Rplus_le_compat; [|now apply drive_lipschitz].
    apply Rmult_le_compat; auto; apply Rabs_pos. }
  apply Rle_trans with ((R + K) * dist x y * / T); [|right; unfold Rdiv; ring].
  apply Rmult_le_compat; [apply Rabs_pos|apply Rlt_le, Rinv_0_lt_compat; lra|exact A|].
  now apply Rinv_le_contravar.
Qed.

(** From every state there is exactly one solution. *)
Theorem solution_of_model x0 : exists x, the_solution n field x0 x.
Proof. destruct field_lipschitz as (C & HC & H). now apply picard_lindeloef with C. Qed.

Theorem unique_solution (x y : R -> vec) : solution x -> solution y -> agree (x 0) (y 0) ->
  forall t, 0 <= t -> agree (x t) (y t).
Proof.
  destruct field_lipschitz as (C & HC & H). intros Hx Hy.
  apply (solution_unique n field); auto. now apply lipschitz_locally with C.
Qed.
End Solutions.
