(** Finite sums over {0, ..., n-1}, states as functions nat -> R, derivatives of sums. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Definition vec := nat -> R.

Fixpoint sum (n : nat) (f : vec) : R := match n with O => 0 | S m => sum m f + f m end.

Lemma sum_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> sum n f = sum n g.
Proof. induction n; intro H; simpl; [reflexivity|]. rewrite IHn, (H n); auto. Qed.

Lemma sum_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> sum n f <= sum n g.
Proof. induction n; intro H; simpl; [lra|]. assert (f n <= g n) by (apply H; lia).
  assert (sum n f <= sum n g) by (apply IHn; auto). lra. Qed.

Lemma sum_zero n : sum n (fun _ => 0) = 0.
Proof. induction n; simpl; lra. Qed.

Lemma sum_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= sum n f.
Proof. intro H. rewrite <- (sum_zero n). now apply sum_le. Qed.

Lemma sum_plus n f g : sum n (fun i => f i + g i) = sum n f + sum n g.
Proof. induction n; simpl; lra. Qed.

Lemma sum_minus n f g : sum n (fun i => f i - g i) = sum n f - sum n g.
Proof. induction n; simpl; lra. Qed.

Lemma sum_opp n f : sum n (fun i => - f i) = - sum n f.
Proof. induction n; simpl; lra. Qed.

Lemma sum_scal n c f : sum n (fun i => c * f i) = c * sum n f.
Proof. induction n; simpl; lra. Qed.

Lemma sum_scal_r n c f : sum n (fun i => f i * c) = sum n f * c.
Proof. induction n; simpl; lra. Qed.

Lemma sum_exchange n m f : sum n (fun i => sum m (fun j => f i j))
  = sum m (fun j => sum n (fun i => f i j)).
Proof. induction n; simpl. now rewrite sum_zero. now rewrite IHn, <- sum_plus. Qed.

Lemma sum_term n f i : (forall j, (j < n)%nat -> 0 <= f j) -> (i < n)%nat -> f i <= sum n f.
Proof. induction n; intros H Hi; [lia|]. simpl. assert (0 <= f n) by (apply H; lia).
  assert (0 <= sum n f) by (apply sum_nonneg; auto).
  destruct (Nat.eq_dec i n); subst; [lra|]. assert (f i <= sum n f) by (apply IHn; auto; lia). lra.
    Qed.

Lemma sum_abs n f : Rabs (sum n f) <= sum n (fun i => Rabs (f i)).
Proof. induction n; simpl. rewrite Rabs_R0; lra. eapply Rle_trans; [apply Rabs_triang|]. lra. Qed.

Lemma sum_zero_all n f : (forall i, (i < n)%nat -> 0 <= f i) -> sum n f <= 0 -> forall i,
  (i < n)%nat -> f i = 0.
Proof. intros H H0 i Hi. assert (f i <= sum n f) by now apply sum_term. assert (0 <= f i) by auto.
  lra. Qed.

(** A sum is the sum over classes of the sums within them; [lay i] is the class of [i]. *)
Lemma sum_classes n k (lay : nat -> nat) f : (forall i, (i < n)%nat -> (lay i < k)%nat) ->
  sum n f = sum k (fun l => sum n (fun i => if Nat.eqb (lay i) l then f i else 0)).
Proof.
  intro H. rewrite sum_exchange. apply sum_ext. intros i Hi. specialize (H i Hi).
  revert H. generalize (lay i). intros a Ha. clear - Ha. induction k; [lia|]. simpl.
  destruct (Nat.eqb_spec a k).
  - subst. assert (E : sum k (fun l => if Nat.eqb k l then f i else 0) = 0); [|lra].
    transitivity (sum k (fun _ => 0)); [|apply sum_zero].
    apply sum_ext. intros j Hj. destruct (Nat.eqb_spec k j); [lia|reflexivity].
  - rewrite <- IHk by lia. lra.
Qed.

Lemma is_derive_sum n (f : R -> vec) t (l : vec) :
  (forall i, (i < n)%nat -> is_derive (fun s => f s i) t (l i)) ->
  is_derive (fun s => sum n (f s)) t (sum n l).
Proof.
  induction n; intro H; simpl.
  - evar_last; [apply (is_derive_const 0)|reflexivity].
  - apply (is_derive_plus (fun s => sum n (f s)) (fun s => f s n)); auto.
Qed.

(** Cauchy's and Schwarz's inequality, squared. *)
Lemma sum_cs n a b : sum n (fun i => a i * b i) * sum n (fun i => a i * b i)
  <= sum n (fun i => a i * a i) * sum n (fun i => b i * b i).
Proof.
  set (A := sum n (fun i => a i * a i)). set (B := sum n (fun i => b i * b i)).
    set (C := sum n (fun i => a i * b i)).
  assert (HA : 0 <= A) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  assert (HB : 0 <= B) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  assert (Q : forall s, 0 <= A - 2 * s * C + s * s * B).
  { intro s. replace (A - 2 * s * C + s * s * B)
    with (sum n (fun i => (a i - s * b i) * (a i - s * b i))).
    { apply sum_nonneg; intros; apply Rle_0_sqr. } unfold A, B, C.
    rewrite <- (sum_scal n (2 * s)), <- (sum_scal n (s * s)), <- sum_minus, <- sum_plus.
      apply sum_ext; intros; ring. }
  destruct (Req_dec B 0) as [B0|B0].
  - rewrite B0, Rmult_0_r. destruct (Req_dec C 0) as [->|C0]; [lra|].
    specialize (Q ((A + 1) / C)). rewrite B0 in Q.
    replace (A - 2 * ((A + 1) / C) * C + (A + 1) / C * ((A + 1) / C) * 0) with (- A - 2) in Q
      by (field; auto). lra.
  - assert (0 < B) by lra. specialize (Q (C / B)).
    assert (E : A - 2 * (C / B) * C + C / B * (C / B) * B = A - C * C / B) by (field; lra).
    rewrite E in Q. assert (C * C / B <= A) by lra.
    apply (Rmult_le_compat_r B) in H0; [|lra].
      replace (C * C / B * B) with (C * C) in H0 by (field; lra). exact H0.
Qed.

(** The largest of f 0, ..., f (n-1) and 0. *)
Fixpoint top (n : nat) (f : vec) : R :=
  match n with O => 0 | S m => Rmax (top m f) (f m) end.

Lemma top_term n f i : (i < n)%nat -> f i <= top n f.
Proof.
  induction n; intro Hi; [lia|]. simpl. destruct (Nat.eq_dec i n) as [->|].
  - apply Rmax_r.
  - apply Rle_trans with (2 := Rmax_l _ _). apply IHn. lia.
Qed.

(** Finitely many positive numbers have a positive lower bound. *)
Lemma positive_bound n (f : vec) : (forall i, (i < n)%nat -> 0 < f i) ->
  exists T, 0 < T /\ forall i, (i < n)%nat -> T <= f i.
Proof.
  induction n as [|m IH]; intro H; [exists 1; split; [lra|intros; lia]|].
  destruct IH as (T & HT & KT). { intros; apply H; lia. }
  exists (Rmin T (f m)). split; [apply Rmin_pos; auto|]. intros i Hi.
  pose proof (Rmin_l T (f m)). pose proof (Rmin_r T (f m)).
  destruct (Nat.eq_dec i m) as [->|]; auto. assert (T <= f i) by (apply KT; lia). lra.
Qed.
