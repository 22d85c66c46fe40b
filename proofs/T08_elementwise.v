(** T8 for an elementwise network with symmetric weights. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Elementwise T08_basins.
Open Scope R_scope.

Section Elementwise.
Variable n : nat.
Variables tau rho b h : vec.
Variable W : nat -> nat -> R.
Variable g L : nat -> R -> R.
Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis h_nonneg : forall i, 0 <= h i.
Hypothesis slopes : forall i, slopes_at_most (g i) (h i).
Hypothesis primitives : forall i, primitive_of (L i) (g i).
Hypothesis symmetric : forall i j, (i < n)%nat -> (j < n)%nat -> W i j = W j i.

(** T8: a solution that starts where all activations are those of an equilibrium converges to it. *)
Theorem T8_elementwise xs x : network_equilibrium n rho b W g xs ->
  network_solution n tau rho b W g x -> (forall i, (i < n)%nat -> g i (x 0 i) = g i (xs i)) ->
  forall i, (i < n)%nat -> is_lim (fun t => x t i) p_infty (xs i).
Proof.
  intros He Hx H0.
  assert (DL : forall u v, agree n u v -> agree n (dsyn n W u) (dsyn n W v)).
  { intros u v A i Hi. unfold dsyn. f_equal. apply sum_ext. intros j Hj. now rewrite (A j Hj). }
  apply (T8 n tau rho b (acts_of g) (lagrangian n rho L) (dsyn n W) tau_pos rho_pos
    (lagrangian_gradient n rho h g L rho_pos h_nonneg slopes primitives) (lagrangian_convex n rho h
      g L rho_pos slopes primitives) DL (fun i => i) (fun i => rho i / tau i))
      with (K := slopes_weights n h W); auto.
  - intros u v i Hi A. unfold acts_of. now rewrite (A i Hi eq_refl).
  - now apply slopes_weights_nonneg.
  - now apply dsyn_lipschitz.
Qed.
End Elementwise.
