(** T4: the energy sees activations only. For convex L it is a function of gamma = g(x) alone. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model.
Open Scope R_scope.

Section ActivationsOnly.
Variable n : nat.
Variables rho b : vec.
Variable g : vec -> vec.
Variable Lw S : vec -> R.

Hypothesis Lw_convex : convex n Lw (fun x i => rho i * g x i).

(** c is the value at p of the convex conjugate of F: the supremum of p.y - F(y) over y. *)
Definition conjugate (F : vec -> R) (p : vec) (c : R) : Prop :=
  is_lub (fun u => exists y : vec, u = sum n (fun i => p i * y i) - F y) c.

(** T4: E(x) = L*(gamma) - b.gamma + S(gamma) with gamma = g(x); leaks weight L, and so gamma in L*. *)
Theorem T4 x : exists c, conjugate Lw (fun i => rho i * g x i) c /\
  energy n rho b g Lw S x = c - sum n (fun i => b i * g x i) + S (g x).
Proof.
  exists (sum n (fun i => rho i * g x i * x i) - Lw x). split.
  - split.
    + intros u (y & ->). pose proof (Lw_convex x y) as C.
      assert (E : sum n (fun i => rho i * g x i * (y i - x i))
        = sum n (fun i => rho i * g x i * y i) - sum n (fun i => rho i * g x i * x i)).
      { rewrite <- sum_minus. apply sum_ext. intros. ring. }
      lra.
    + intros c H. apply H. now exists x.
  - unfold energy.
    assert (E : sum n (fun i => (rho i * x i - b i) * g x i)
      = sum n (fun i => rho i * g x i * x i) - sum n (fun i => b i * g x i)).
    { rewrite <- sum_minus. apply sum_ext. intros. ring. }
    rewrite E. ring.
Qed.
End ActivationsOnly.
