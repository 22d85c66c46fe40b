(** T6: equilibria correspond one to one to activations gamma whose target lies in F(gamma). *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model.
Open Scope R_scope.

Section Recovery.
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

Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
(** Values beyond the n neurons do not matter. *)
Hypothesis dS_local : forall x y, agree x y -> agree (dS x) (dS y).

(** x*(gamma) of docs/theory.md: the state to which the flow points *)
Definition target (gamma : vec) : vec := fun i => (b i - dS gamma i) / rho i.

(** T6: a state rests exactly if it is the target of its own activation. *)
Theorem T6_equilibrium_iff_target x : equilibrium x <-> agree x (target (g x)).
Proof.
  unfold Model.equilibrium, Model.force, target, Model.agree.
    split; intros H i Hi; specialize (H i Hi); pose proof (rho_pos i Hi).
  - apply (Rmult_eq_reg_l (rho i)); [|lra].
    replace (rho i * ((b i - dS (g x) i) / rho i)) with (b i - dS (g x) i) by (field; lra). lra.
  - rewrite H at 1. field. lra.
Qed.

(** T6: an equilibrium is determined by its activation. *)
Theorem T6_recovered x y : equilibrium x -> equilibrium y -> agree (g x) (g y) -> agree x y.
Proof.
  intros Hx Hy A i Hi. rewrite (proj1 (T6_equilibrium_iff_target x) Hx i Hi),
    (proj1 (T6_equilibrium_iff_target y) Hy i Hi).
  unfold target. now rewrite (dS_local _ _ A i Hi).
Qed.

(** T6: if the target of gamma lies in F(gamma), it is an equilibrium. *)
Theorem T6_from_activation gamma : fibre gamma (target gamma) -> equilibrium (target gamma).
Proof.
  intros H. apply T6_equilibrium_iff_target. intros i Hi.
  change ((b i - dS gamma i) / rho i = (b i - dS (g (target gamma)) i) / rho i).
    now rewrite (dS_local _ _ H i Hi).
Qed.
End Recovery.
