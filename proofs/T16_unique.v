(** T16: there is at most one equilibrium. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes Model Lure.
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

Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis h_pos : forall i, (i < n)%nat -> 0 < h i.
Hypothesis d_pos : forall i, (i < n)%nat -> 0 < d i.
Hypothesis m_pos : 0 < m.
Hypothesis slopes : forall i, (i < n)%nat -> slopes_at_most (g i) (h i).
Hypothesis definite : forall u, m * sum n (fun i => u i * u i) <= form u.

(** T16: two equilibria are the same state. *)
Theorem T16_unique x y : equilibrium x -> equilibrium y -> agree n x y.
Proof.
  intros Hx Hy.
  assert (G : forall i, (i < n)%nat -> act y i = act x i).
  { intros i Hi. pose proof (key n rho b h d W g m rho_pos h_pos d_pos slopes definite x y) as K.
    assert (Z : sum n (fun i => d i * (act y i - act x i) * (force x i - force y i)) = 0).
    { transitivity (sum n (fun _ => 0)); [|apply sum_zero]. apply sum_ext. intros j Hj.
      rewrite (Hx j Hj), (Hy j Hj). ring. }
    rewrite Z in K. assert (S0 : sum n (fun i => (act y i - act x i) * (act y i - act x i)) <= 0)
      by nra.
    pose proof (sum_zero_all n (fun i => (act y i - act x i) * (act y i
      - act x i)) (fun j _ => Rle_0_sqr _) S0 i Hi) as E. simpl in E. nra. }
  intros i Hi. pose proof (Hx i Hi) as E1. pose proof (Hy i Hi) as E2. unfold Lure.force in E1, E2.
  assert (D : drive (act y) i = drive (act x) i) by (apply sum_ext; intros j Hj; now rewrite G).
  rewrite D in E2. pose proof (rho_pos i Hi). nra.
Qed.
End Lure.
