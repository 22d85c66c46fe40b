(** M1: the drive of an associative memory with S = - sum_mu F(xi_mu . gamma) is Xi^T F'(Xi gamma). *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model.
Open Scope R_scope.

Section Memories.
(** K patterns xi mu of n neurons; f is the derivative of F. *)
Variables n K : nat.
Variable xi : nat -> vec.
Variables F f : R -> R.
Hypothesis F_derivative : forall u, is_derive F u (f u).

Definition overlap (mu : nat) (gamma : vec) : R := sum n (fun i => xi mu i * gamma i).
Definition memory_energy (gamma : vec) : R := - sum K (fun mu => F (overlap mu gamma)).
(** Xi^T F'(Xi gamma) *)
Definition memory_drive (gamma : vec) : vec := fun i => sum K (fun mu => xi mu i * f (overlap mu gamma)).

Lemma overlap_minus mu x y : overlap mu y - overlap mu x = sum n (fun i => xi mu i * (y i - x i)).
Proof. unfold overlap. rewrite <- sum_minus. apply sum_ext. intros; ring. Qed.

(** One term: the chain rule. *)
Lemma term_gradient mu : gradient n (fun x => F (overlap mu x)) (fun x i => xi mu i * f (overlap mu x)).
Proof.
  intros x eps He. set (u := overlap mu x).
  destruct (bounded_family n (xi mu)) as (M & HM & KM).
  assert (HeM : 0 < eps / M) by (apply Rdiv_lt_0_compat; lra).
  destruct (proj1 (is_derive_Reals _ _ _) (F_derivative u) (eps / M) HeM) as (d & Kd).
  pose proof (cond_pos d) as Hd. exists (d / (2 * M)). split; [apply Rdiv_lt_0_compat; lra|].
  intros y Hy. pose proof (dist_nonneg n x y) as D. set (q := overlap mu y - u).
  assert (Hq : Rabs q <= M * dist n x y).
  { unfold q, u. rewrite overlap_minus. exact (sum_abs_bound n (xi mu) (fun i => y i - x i) M KM). }
  assert (E : sum n (fun i => xi mu i * f u * (y i - x i)) = f u * q).
  { unfold q, u. rewrite overlap_minus, <- sum_scal. apply sum_ext. intros; ring. }
  rewrite E. replace (F (overlap mu y)) with (F (u + q)) by (f_equal; unfold q; ring). fold u.
  destruct (Req_dec q 0) as [->|Nz].
  { rewrite Rplus_0_r, Rmult_0_r. replace (F u - F u - 0) with 0 by ring. rewrite Rabs_R0.
    apply Rmult_le_pos; lra. }
  assert (Hqd : Rabs q < d).
  { apply Rle_lt_trans with (1 := Hq). apply (Rmult_le_compat_l M) in Hy; [|lra].
    replace (M * (d / (2 * M))) with (d / 2) in Hy by (field; lra). lra. }
  pose proof (Kd q Nz Hqd) as A.
  replace (F (u + q) - F u - f u * q) with (q * ((F (u + q) - F u) / q - f u)) by (field; auto).
  rewrite Rabs_mult. apply Rle_trans with (M * dist n x y * (eps / M)).
  - apply Rmult_le_compat; try apply Rabs_pos; lra.
  - right. field. lra.
Qed.

(** M1: the gradient of S is - Xi^T F'(Xi gamma). *)
Theorem M1_memory : gradient n memory_energy (fun gamma i => - memory_drive gamma i).
Proof.
  assert (G : forall p, gradient n (fun x => - sum p (fun mu => F (overlap mu x)))
    (fun x i => - sum p (fun mu => xi mu i * f (overlap mu x)))).
  { induction p as [|p IH]; intros x eps He.
    - exists 1. split; [lra|]. intros y _. simpl.
      rewrite (sum_ext n _ (fun _ => 0)), sum_zero by (intros; ring).
      replace (- 0 - - 0 - 0) with 0 by ring. rewrite Rabs_R0. apply Rmult_le_pos; [lra|apply dist_nonneg].
    - destruct (IH x (eps / 2)) as (d1 & H1 & K1); [lra|].
      destruct (term_gradient p x (eps / 2)) as (d2 & H2 & K2); [lra|].
      exists (Rmin d1 d2). split; [now apply Rmin_pos|]. intros y Hy.
      pose proof (Rmin_l d1 d2). pose proof (Rmin_r d1 d2).
      specialize (K1 y ltac:(lra)). specialize (K2 y ltac:(lra)). cbn [sum].
      set (A := sum n (fun i => - sum p (fun mu => xi mu i * f (overlap mu x)) * (y i - x i))) in *.
      set (B := sum n (fun i => xi p i * f (overlap p x) * (y i - x i))) in *.
      rewrite (sum_ext n _ (fun i => - sum p (fun mu => xi mu i * f (overlap mu x)) * (y i - x i)
        - xi p i * f (overlap p x) * (y i - x i))) by (intros; ring).
      rewrite sum_minus. fold A B.
      replace (- (sum p (fun mu => F (overlap mu y)) + F (overlap p y))
        - - (sum p (fun mu => F (overlap mu x)) + F (overlap p x)) - (A - B))
        with ((- sum p (fun mu => F (overlap mu y)) - - sum p (fun mu => F (overlap mu x)) - A)
          + - (F (overlap p y) - F (overlap p x) - B)) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. lra. }
  exact (G K).
Qed.
End Memories.
