(** Networks with weights of any kind, the premise of T16, and inequality (1) of its proof. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Slopes.
Open Scope R_scope.

Section Lure.
Variable n : nat.
Variables tau rho b h d : vec.
Variable W : nat -> nat -> R.
(** g i is the activation of neuron i, L i its primitive. *)
Variable g L : nat -> R -> R.
Variable m : R.

Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis h_pos : forall i, (i < n)%nat -> 0 < h i.
Hypothesis d_pos : forall i, (i < n)%nat -> 0 < d i.
Hypothesis slopes : forall i, (i < n)%nat -> slopes_at_most (g i) (h i).

(** The flow tau x' = W g(x) + b - rho x, its solutions and equilibria. *)
Definition drive (gamma : vec) : vec := fun i => sum n (fun j => W i j * gamma j).
Definition act (x : vec) : vec := fun i => g i (x i).
Definition force (x : vec) : vec := fun i => drive (act x) i + b i - rho i * x i.
Definition equilibrium (x : vec) : Prop := forall i, (i < n)%nat -> force x i = 0.
Definition solution (x : R -> vec) : Prop := forall t, 0 <= t -> forall i, (i < n)%nat ->
  is_derive (fun s => x s i) t (force (x t) i / tau i).

(** The certificate: the quadratic form of sym(D(diag(rho/h) - W)). *)
Definition form (u : vec) : R := sum n (fun i => d i * (rho i / h i) * (u i * u i))
  - sum n (fun i => d i * u i * drive u i).

Definition norm2 (u : vec) : R := sum n (fun i => u i * u i).

Hypothesis definite : forall u, m * sum n (fun i => u i * u i) <= form u.

Lemma drive_minus u v i : drive (fun j => v j - u j) i = drive v i - drive u i.
Proof. unfold drive. rewrite <- sum_minus. apply sum_ext. intros; ring. Qed.

(** Inequality (1) of docs/theory.md. *)
Lemma key x y : m * sum n (fun i => (act y i - act x i) * (act y i - act x i)) <=
  sum n (fun i => d i * (act y i - act x i) * (force x i - force y i)).
Proof.
  eapply Rle_trans; [apply (definite (fun i => act y i - act x i))|]. unfold form.
    rewrite <- sum_minus. apply sum_le. intros i Hi.
  rewrite drive_minus. unfold force.
  pose proof (slope_product (g i) (h i) (x i) (y i) (slopes i Hi)) as P.
    fold (act x i) (act y i) in P.
  pose proof (d_pos i Hi). pose proof (rho_pos i Hi). pose proof (h_pos i Hi).
  assert (Q : rho i / h i * ((act y i - act x i) * (act y i - act x i))
    <= rho i * ((act y i - act x i) * (y i - x i))).
  { apply (Rmult_le_reg_l (h i)); auto. replace (h i * (rho i / h i * ((act y i
    - act x i) * (act y i - act x i))))
      with (rho i * ((act y i - act x i) * (act y i - act x i))) by (field; lra).
    replace (h i * (rho i * ((act y i - act x i) * (y i - x i))))
      with (rho i * (h i * ((act y i - act x i) * (y i - x i)))) by ring.
    apply Rmult_le_compat_l; lra. }
  apply (Rmult_le_compat_l (d i)) in Q; [|lra]. lra.
Qed.
End Lure.
