(** M4: no equilibrium is the own one of two different patterns. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model Lure T15_balls.
Open Scope R_scope.

Lemma agree_or_not n u v : agree n u v \/ ~ agree n u v.
Proof.
  induction n as [|p [A|N]]; [left; intros i Hi; lia| |].
  - destruct (Req_dec (u p) (v p)) as [E|Ne].
    + left. intros i Hi. destruct (Nat.eq_dec i p) as [->|]; [exact E|apply A; lia].
    + right. intro A'. apply Ne, A'. lia.
  - right. intro A. apply N. intros i Hi. apply A. lia.
Qed.

Section Stored.
Variable n : nat.
(** The 2-norm of a difference. *)
Definition distance (u v : vec) : R := sqrt (apart n u v).

Lemma distance_triangle u v w : distance u w <= distance u v + distance v w.
Proof.
  unfold distance. set (a := sqrt (apart n u v)). set (c := sqrt (apart n v w)).
  pose proof (sqrt_pos (apart n u v)) as Pa. pose proof (sqrt_pos (apart n v w)) as Pc. fold a in Pa. fold c in Pc.
  assert (Qa : a * a = apart n u v) by (apply sqrt_sqrt, norm2_nonneg).
  assert (Qc : c * c = apart n v w) by (apply sqrt_sqrt, norm2_nonneg).
  apply Rsqr_incr_0_var; [|lra]. unfold Rsqr. rewrite sqrt_sqrt by apply norm2_nonneg.
  pose proof (dot_cs n (fun i => v i - u i) (fun i => w i - v i)) as C.
  change (norm2 n (fun i => v i - u i)) with (apart n u v) in C.
  change (norm2 n (fun i => w i - v i)) with (apart n v w) in C. rewrite <- Qa, <- Qc in C.
  set (d := dot n (fun i => v i - u i) (fun i => w i - v i)) in *.
  assert (E : apart n u w = apart n u v + 2 * d + apart n v w).
  { unfold d, apart, norm2, dot. rewrite <- sum_scal, <- !sum_plus. apply sum_ext. intros; ring. }
  rewrite E, <- Qa, <- Qc. assert (0 <= a * c) by now apply Rmult_le_pos.
  assert (d <= a * c) by nra. lra.
Qed.

Lemma distance_sym u v : distance u v = distance v u.
Proof. unfold distance. f_equal. apply sum_ext. intros; ring. Qed.

(** gamma nu, for nu = 0 ... K: the activations of the rivals, the layer without synapses first. d mu is a
    lower bound of the distances from gamma mu to all rivals with another activation. *)
Variable K : nat.
Variable gamma : nat -> vec.
Variable d : nat -> R.
Hypothesis d_least : forall mu nu, (mu <= K)%nat -> (nu <= K)%nat -> ~ agree n (gamma nu) (gamma mu) ->
  d mu <= distance (gamma mu) (gamma nu).

(** M4: a state whose activation is nearer than d/2 to those of two patterns shows that they are copies. *)
Theorem M4_own mu nu (activation : vec) : (mu <= K)%nat -> (nu <= K)%nat ->
  distance activation (gamma mu) < d mu / 2 -> distance activation (gamma nu) < d nu / 2 ->
  agree n (gamma nu) (gamma mu).
Proof.
  intros Hm Hn A B. destruct (agree_or_not n (gamma nu) (gamma mu)) as [|N]; [auto|]. exfalso.
  pose proof (d_least mu nu Hm Hn N) as D1.
  assert (N' : ~ agree n (gamma mu) (gamma nu)) by (intro E; apply N; intros i Hi; now rewrite (E i Hi)).
  pose proof (d_least nu mu Hn Hm N') as D2. rewrite (distance_sym (gamma nu)) in D2.
  pose proof (distance_triangle (gamma mu) activation (gamma nu)) as T.
  rewrite (distance_sym (gamma mu) activation) in T. lra.
Qed.
End Stored.
