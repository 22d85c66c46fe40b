(** M3: a gradient flow in the states lowers its energy: dE/dt = - x'^T T x'. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model T02_descent.
Open Scope R_scope.

Section Flow.
Variable n : nat.
Variable tau : vec.
Variable S : vec -> R.
Variable dS : vec -> vec.
Hypothesis tau_pos : forall i, (i < n)%nat -> 0 < tau i.
Hypothesis S_gradient : gradient n S dS.

(** Identity neurons without leak and bias: tau x' = - grad S(x), and the energy of the model is S. *)
Notation no_leak := (fun _ : nat => 0%R).
Notation solution := (solution n tau no_leak no_leak (fun x => x) dS).

Lemma energy_is_S x : energy n no_leak no_leak (fun x => x) (fun _ => 0) S x = S x.
Proof. unfold energy. rewrite (sum_ext n _ (fun _ => 0)), sum_zero by (intros; ring). ring. Qed.

(** M3 *)
Theorem M3_descent x t : solution x -> 0 <= t ->
  let v := fun i => - dS (x t) i / tau i in
  is_derive (fun s => S (x s)) t (- sum n (fun i => tau i * (v i * v i))) /\
  - sum n (fun i => tau i * (v i * v i)) <= 0.
Proof.
  intros Hx Ht v.
  assert (D : forall i, (i < n)%nat -> is_derive (fun s => x s i) t (v i)).
  { intros i Hi. evar_last; [exact (Hx t Ht i Hi)|]. unfold force, v. pose proof (tau_pos i Hi). field. lra. }
  split.
  - evar_last; [apply (chain n S dS x t v S_gradient D)|]. rewrite <- sum_opp. apply sum_ext. intros i Hi.
    unfold v. pose proof (tau_pos i Hi). field. lra.
  - assert (0 <= sum n (fun i => tau i * (v i * v i))); [|lra]. apply sum_nonneg. intros i Hi.
    apply Rmult_le_pos; [apply Rlt_le; auto|apply Rle_0_sqr].
Qed.
End Flow.
