(** T16: there is at most one equilibrium. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Lure.
Open Scope R_scope.

Section Lure.
(** n neurons in k layers; neuron i belongs to the layer [lay i]. *)
Variables n k : nat.
Variable lay : nat -> nat.
Variables rho h d : vec.
Variable b : vec.
Variable W : nat -> nat -> R.
Variable g : vec -> vec.
Variable m : R.
Notation equilibrium := (equilibrium n lay rho b W g).

Hypothesis layers : forall i, (i < n)%nat -> (lay i < k)%nat.
Hypothesis rho_pos : forall l, (l < k)%nat -> 0 < rho l.
Hypothesis h_nonneg : forall l, (l < k)%nat -> 0 <= h l.
Hypothesis d_pos : forall l, (l < k)%nat -> 0 < d l.
Hypothesis m_pos : 0 < m.
Hypothesis g_cocoercive : cocoercive n k lay h g.
Hypothesis form_definite : definite n lay rho h d W m.

(** T16: two equilibria are the same state. *)
Theorem T16_unique x y : equilibrium x -> equilibrium y -> agree n x y.
Proof.
  intros Hx Hy.
  pose proof (key n k lay rho h d b W g m layers rho_pos h_nonneg d_pos g_cocoercive form_definite x y)
    as K.
  rewrite (sum_ext n (fun i => d (lay i) * (g y i - g x i) * _) (fun _ => 0)), sum_zero in K.
  2: { intros i Hi. rewrite (Hx i Hi), (Hy i Hi). ring. }
  assert (G : agree n (g y) (g x)).
  { intros i Hi. assert (S0 : sum n (fun i => (g y i - g x i) * (g y i - g x i)) <= 0) by nra.
    pose proof (sum_zero_all n (fun i => (g y i - g x i) * (g y i - g x i))
      (fun j _ => Rle_0_sqr _) S0 i Hi) as E. simpl in E. nra. }
  intros i Hi. pose proof (Hx i Hi) as E1. pose proof (Hy i Hi) as E2. unfold force in E1, E2.
  rewrite (drive_ext n W _ _ i G) in E2. pose proof (rho_pos _ (layers i Hi)). nra.
Qed.
End Lure.
