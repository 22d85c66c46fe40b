(** T2 for an elementwise network with symmetric weights: all premises are facts about numbers. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Elementwise Existence Solutions T02_lipschitz.
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

(** T2: along every solution of the network its energy never increases. *)
Theorem T2_elementwise x s t : network_solution n tau rho b W g x -> 0 <= s <= t ->
  network_energy n rho b W g L (x t) <= network_energy n rho b W g L (x s).
Proof.
  apply (T2 n tau rho b (acts_of g) (lagrangian n rho L) (syn n W) (dsyn n W)); auto;
    eauto using lagrangian_gradient, lagrangian_convex, syn_gradient, acts_lipschitz, acts_timed.
Qed.

(** T2: from every state there is exactly one solution, and along it the energy never increases. *)
Corollary T2_the_solution x0 :
  exists x, the_solution n (field tau rho b (acts_of g) (dsyn n W)) x0 x /\
    forall s t, 0 <= s <= t ->
      network_energy n rho b W g L (x t) <= network_energy n rho b W g L (x s).
Proof.
  destruct (solution_of_model n tau rho b (acts_of g) (dsyn n W) tau_pos (slopes_weights n h W))
    with (x0 := x0) as (x & X); auto using slopes_weights_nonneg, dsyn_lipschitz.
  exists x. split; [exact X|]. intros s t. apply T2_elementwise. apply X.
Qed.
End Elementwise.
