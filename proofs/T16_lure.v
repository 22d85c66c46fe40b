(** T16: if sym(D(diag(rho/h) - W)) is positive definite there is exactly one equilibrium, and every
    solution converges to it, exponentially.
      W need not be symmetric; g_i is non-decreasing with slopes
    at most h_i, and may be flat or kinked. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Lure T16_unique T16_exists T16_attracts.
Open Scope R_scope.

Section Lure.
Variable n : nat.
Variables tau rho b h d : vec.
Variable W : nat -> nat -> R.
(** g i is the activation of neuron i, L i its primitive. *)
Variable g L : nat -> R -> R.
Variable m : R.
Notation drive := (drive n W).
Notation act := (act g).
Notation force := (force n rho b W g).
Notation equilibrium := (equilibrium n rho b W g).
Notation solution := (solution n tau rho b W g).
Notation form := (form n rho h d W).
Notation norm2 := (norm2 n).

Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis h_pos : forall i, (i < n)%nat -> 0 < h i.
Hypothesis d_pos : forall i, (i < n)%nat -> 0 < d i.
Hypothesis m_pos : 0 < m.
Hypothesis slopes : forall i, (i < n)%nat -> slopes_at_most (g i) (h i).
Hypothesis primitive : forall i, (i < n)%nat -> primitive_of (L i) (g i).
Hypothesis definite : forall u, m * sum n (fun i => u i * u i) <= form u.

(** T16, complete. *)
Theorem T16 : exists xs, equilibrium xs /\ (forall y, equilibrium y -> agree n xs y) /\
  forall x, solution x -> forall t, 0 <= t ->
    sum n (fun i => tau i * ((x t i - xs i) * (x t i - xs i)))
      <= 2 * lyapunov n tau rho d W g L m xs (x 0) * exp (- / kappa n tau rho h d W m * t).
Proof.
  destruct (T16_exists n rho b h d W g m) as (xs & He); auto. exists xs. split; auto. split.
  - intros y Hy. apply (T16_unique n rho b h d W g m); auto.
  - intros x Hx. apply (T16_attracts n tau rho b h d W g L m); auto.
Qed.
End Lure.
