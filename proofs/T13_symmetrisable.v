(** T13: weights that a diagonal matrix makes symmetric have an energy that descends. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Elementwise T02_elementwise.
Open Scope R_scope.

Section Symmetrisable.
Variable n : nat.
Variables tau rho b h d : vec.
Variable W : nat -> nat -> R.
Variable g L : nat -> R -> R.
Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis d_pos : forall i, (i < n)%nat -> 0 < d i.
Hypothesis h_nonneg : forall i, 0 <= h i.
Hypothesis slopes : forall i, slopes_at_most (g i) (h i).
Hypothesis primitives : forall i, primitive_of (L i) (g i).
(** DW is symmetric. *)
Hypothesis symmetrised : forall i j, (i < n)%nat -> (j < n)%nat -> d i * W i j = d j * W j i.

(** (rho x - b).Dg - sum d_i rho_i L_i - 1/2 g^T DW g *)
Definition symmetrised_energy : vec -> R :=
  network_energy n (fun i => d i * rho i) (fun i => d i * b i) (fun i j => d i * W i j) g L.

(** The equation of neuron i, multiplied by d_i, has the same solutions. *)
Lemma same_flow x : network_solution n tau rho b W g x ->
  network_solution n (fun i => d i * tau i) (fun i => d i * rho i) (fun i => d i * b i)
    (fun i j => d i * W i j) g x.
Proof.
  intros H t Ht i Hi. specialize (H t Ht i Hi). pose proof (tau_pos i Hi). pose proof (d_pos i Hi).
  evar_last; [exact H|]. unfold Model.force, dsyn.
  rewrite (sum_ext n (fun j => d i * W i j * acts_of g (x t) j) (fun j => d i * (W i j * acts_of g (x t) j)))
    by (intros; ring).
  rewrite sum_scal. field. lra.
Qed.

(** T13: along every solution that energy never increases. *)
Theorem T13 x s t : network_solution n tau rho b W g x -> 0 <= s <= t ->
  symmetrised_energy (x t) <= symmetrised_energy (x s).
Proof.
  intros H Hst. apply (T2_elementwise n (fun i => d i * tau i) _ _ h) with (4 := slopes); auto.
  - intros i Hi. apply Rmult_lt_0_compat; auto.
  - intros i Hi. apply Rmult_lt_0_compat; auto.
  - now apply same_flow.
Qed.
End Symmetrisable.
