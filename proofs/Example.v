(** The premises of T16 can be met: two tanh neurons whose weights are not symmetric have exactly one
    equilibrium. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Activations Model Lure T16_lure.
Open Scope R_scope.

(** W = (0 1/2; -1/2 0), tau = 1 and 2, rho = 1, b = 0. *)
Definition weights (i j : nat) : R :=
  match i, j with O, S O => / 2 | S O, O => - / 2 | _, _ => 0 end.
Definition times (i : nat) : R := match i with O => 1 | _ => 2 end.
Definition one (i : nat) : R := 1.
Definition zero_bias (i : nat) : R := 0.

Example two_neurons :
  exists xs, equilibrium 2 (fun i => i) one zero_bias weights (act (fun _ => act_tanh 1)) xs /\
    forall y, equilibrium 2 (fun i => i) one zero_bias weights (act (fun _ => act_tanh 1)) y -> agree 2 xs y.
Proof.
  destruct (T16_elementwise 2 times one one one zero_bias weights (fun _ => act_tanh 1) (fun _ => lag_tanh 1) 1)
    as (xs & E & U & _); unfold one; try (intros; lra).
  - intros i Hi. unfold times. destruct i; lra.
  - intros i Hi. apply slopes_tanh. lra.
  - intros i Hi. apply primitive_tanh. lra.
  - intros u _. unfold form, drive. simpl. unfold weights. lra.
  - exists xs. auto.
Qed.
